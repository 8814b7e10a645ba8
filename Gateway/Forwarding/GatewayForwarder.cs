using System.Diagnostics;
using System.Globalization;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace ApeTest.Gateway.Forwarding;

/// <summary>Forwards one request to its target with YARP, under the target policy. Streams both ways.</summary>
internal sealed class GatewayForwarder(
    IHttpForwarder forwarder, GatewayTargets targets, AccessLog log, TimeProvider time)
{
    /// <summary>Handles <c>/{target}/{**path}</c>.</summary>
    public async Task ForwardAsync(HttpContext context)
    {
        // 1. Where it goes, and in whose trace.
        var started = time.GetTimestamp();
        var (_, policy, invokers) = targets.Current;
        var name = (string)context.Request.RouteValues["target"]!;
        var chain = invokers.For(name);
        var target = chain.Target;
        var headers = context.Request.Headers;
        var trace = TraceOf(headers);
        if (Destination.Of(context, name, target) is not { } url || HttpMethods.IsConnect(context.Request.Method))
        {
            var refused = new PolicyCall(new TargetRequest { Method = HttpMethod.Get, Url = target?.Url ?? Destination.Nowhere, Target = name, ShownPath = ShownPathOf(context), Trace = TraceHeaders.Child(trace) }, started);
            await RefuseAndFinishAsync(context, policy, refused, HttpMethods.IsConnect(context.Request.Method)
                ? new GatewayProblem(StatusCodes.Status405MethodNotAllowed, TargetErrors.Denied, "CONNECT is not forwarded: it would open a tunnel")
                : new GatewayProblem(StatusCodes.Status400BadRequest, TargetErrors.Denied, "the path leaves the target's base path, or is not a valid path"));
            return;
        }
        var call = new PolicyCall(
            new TargetRequest
            {
                Method = HttpMethod.Parse(context.Request.Method),
                Url = url,
                Target = name,
                Operation = First(headers[ApeHeaders.Operation]),
                OverriddenMethod = OverriddenMethodOf(headers),
                ShownPath = target is null ? ShownPathOf(context) : First(headers[ApeHeaders.ShownPath]),
                Destructive = headers[ApeHeaders.Destructive] == "true",
                HasAuthorization = headers.Authorization.Count > 0,
                Identity = IdentityOf(headers),
                Trace = trace,
            },
            started);

        // 2. The body's limit, before any of it is read.
        if (context.Request.ContentLength > policy.BodyBytes)
        {
            await RefuseAndFinishAsync(context, policy, call, GatewayProblem.BodyOver(policy.BodyBytes));
            return;
        }
        if (MayHaveBody(context.Request) && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = policy.BodyBytes;
        }

        // 3. Forward. The time limit is one of inactivity, so that a long stream is not cut.
        var transformer = new GatewayTransformer(call, time);
        var prefix = target is not null && ReferenceEquals(url.Scheme, target.Url.Scheme) ? target.Origin : url.GetLeftPart(UriPartial.Authority);
        // What is neither an answer nor an error that the forwarder tells is a failure of the gateway.
        var errorType = (string?)TargetErrors.Gateway;
        try
        {
            var error = await forwarder.SendAsync(context, prefix, chain.Invoker, chain.Config, transformer);

            // 4. What went wrong, told as the gateway's own answer where none has begun.
            errorType = null;
            if (error != ForwarderError.None)
            {
                var problem = GatewayProblem.Of(error, context.GetForwarderErrorFeature()?.Exception, target, policy.BodyBytes);
                errorType = IsClientGone(context, error, problem, transformer) ? GatewayProblem.ClientGone : problem.ErrorType;
                if (problem.CutsConnection && !IsAgents(context))
                {
                    context.Abort();
                }
                else if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
                {
                    await RefuseAsync(context, call, problem);
                }
            }
        }
        finally
        {
            // 5. Count and log, whatever was thrown.
            Finish(context, policy, call, errorType);
        }
    }

    /// <summary>
    /// Whether the client left. The forwarder aborts the client's connection itself once an answer has begun and its body rests too long, or the
    /// request's is bad: an aborted request alone says nothing. A body that is bad while the client is still there is told as such.
    /// </summary>
    private static bool IsClientGone(HttpContext context, ForwarderError error, GatewayProblem problem, GatewayTransformer transformer) => problem.ErrorType switch
    {
        TargetErrors.Denied or TargetErrors.Budget => false,
        TargetErrors.BadRequest => context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted,
        _ => IsClients(error) && !(error == ForwarderError.ResponseBodyCanceled && transformer.IsAnswerResting),
    };

    /// <summary>Whether one of our own agents asks: it learns of an injected abort by an answer, since a cut connection would look like a gateway that failed.</summary>
    private static bool IsAgents(HttpContext context) => context.Request.Headers.ContainsKey(ApeHeaders.Origin);

    /// <summary>The first value, or null; LINQ would box the values.</summary>
    private static string? First(StringValues values) => values.Count > 0 ? values[0] : null;

    /// <summary>The path that was asked, for a line of a request that goes nowhere.</summary>
    private static string ShownPathOf(HttpContext context) =>
        First(context.Request.Headers[ApeHeaders.ShownPath]) ?? "/" + context.Request.RouteValues["path"];

    /// <summary>Whether a body may come: over HTTP/2 none needs to be announced.</summary>
    private static bool MayHaveBody(HttpRequest request) =>
        request.ContentLength is not null || request.Headers.TransferEncoding.Count > 0 || !HttpProtocol.IsHttp11(request.Protocol);

    private static string? OverriddenMethodOf(IHeaderDictionary headers)
    {
        string? methods = null;
        foreach (var name in MethodOverride.Headers)
        {
            if (headers.TryGetValue(name, out var values))
            {
                methods = methods is null ? values.ToString() : $"{methods},{values}";
            }
        }
        return methods;
    }

    private static bool IsClients(ForwarderError error) => error
        is ForwarderError.RequestCanceled
        or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
        or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient
        or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient
        or ForwarderError.UpgradeResponseCanceled or ForwarderError.UpgradeResponseClient;

    private void Finish(HttpContext context, TargetPolicy policy, PolicyCall call, string? errorType)
    {
        var exchange = new TargetExchange
        {
            Headers = [],
            Target = (call.Request.Entry ?? policy.Find(call.Request.Target))?.Name,
            Url = call.Request.Url,
            Trace = call.Request.Trace,
            // With an error type the status is the gateway's own, not the target's.
            Status = errorType is null ? context.Response.StatusCode : 0,
            ErrorType = errorType,
            RetryReasons = call.RetryReasons,
            Timing = call.Timing(time),
        };
        policy.Complete(in exchange);
        log.Write(in call.Request, in exchange, context.Response.StatusCode);
    }

    private async Task RefuseAndFinishAsync(HttpContext context, TargetPolicy policy, PolicyCall call, GatewayProblem problem)
    {
        try
        {
            await RefuseAsync(context, call, problem);
        }
        finally
        {
            Finish(context, policy, call, problem.ErrorType);
        }
    }

    private async Task RefuseAsync(HttpContext context, PolicyCall call, GatewayProblem problem)
    {
        if (!TraceHeaders.IsValid(call.Request.Trace))
        {
            call.Request.Trace = TraceHeaders.Child(call.Request.Trace);
        }
        context.Response.Clear();
        var headers = context.Response.Headers;
        headers[ApeHeaders.Error] = problem.ErrorType;
        headers[ApeHeaders.TraceId] = call.Request.Trace.TraceId.ToHexString();
        headers[ApeHeaders.Timing] = ApeHeaders.FormatTiming(call.Timing(time));
        if (problem.RetryAfter is { } after)
        {
            headers.RetryAfter = ((long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }
        await TypedResults.Problem(problem.Detail, statusCode: problem.Status, extensions: [new("error_type", problem.ErrorType)]).ExecuteAsync(context);
    }

    /// <summary>
    /// The caller's context as it came. The gateway's own span stands between only where somebody records it: otherwise the target's
    /// parent would be a span that nobody ever sees.
    /// </summary>
    private static ActivityContext TraceOf(IHeaderDictionary headers)
    {
        var own = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity : null;
        if (!TraceHeaders.TryParse(headers.TraceParent, out var given))
        {
            // A stranger's request is sampled: there is nobody else to decide.
            return own is null ? default : new ActivityContext(own.TraceId, own.SpanId, ActivityTraceFlags.Recorded);
        }
        return own is { IsAllDataRequested: true, Recorded: true } && own.TraceId == given.TraceId
            ? new ActivityContext(own.TraceId, own.SpanId, given.TraceFlags)
            : given;
    }

    /// <summary>Whose request it is: what its baggage says.</summary>
    private static ActionIdentity IdentityOf(IHeaderDictionary headers)
    {
        var identity = headers.ContainsKey(TraceHeaders.Baggage) ? RequestIdentity.Current : null;
        return identity is null ? default : new ActionIdentity(identity.Run, identity.Session, identity.Agent, 0);
    }
}
