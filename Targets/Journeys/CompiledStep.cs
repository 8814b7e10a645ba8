using System.Text;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Http;
using ApeTest.Targets.Journeys.Reading;
using ApeTest.Targets.Journeys.Rendering;
using ApeTest.Targets.Raw;
using ApeTest.Targets.Sessions.Cookies;

namespace ApeTest.Targets.Journeys;

/// <summary>
/// One request of a journey, ready to be sent: bytes with places to fill in, and what its answer must be. Immutable, shared by all agents. A
/// request is rendered into the agent's <see cref="RawRequest"/>, which stays as it is for retries and redirects.
/// </summary>
public sealed class CompiledStep
{
    private readonly StepRoutes _routes;
    private readonly RequestTemplate _template;
    private readonly AnswerReader _reader;

    internal CompiledStep(StepRoutes routes, RequestTemplate template, AnswerReader reader) => (_routes, _template, _reader) = (routes, template, reader);

    /// <summary>Number of the step in its plan, from 0, over all journeys.</summary>
    public required int Index { get; init; }

    /// <summary>The operation of metrics and conditions.</summary>
    public required string Name { get; init; }

    /// <summary>HTTP method.</summary>
    public string Method => Route.Method.Method;

    /// <summary>Where it goes where its path is no extracted URL.</summary>
    public RawRoute Route => _routes.Own.Route;

    /// <summary>Time limit with the whole answer; the target's where the step has none.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Pause before it, the journey's where the step has none; null: the persona's.</summary>
    public ThinkTime? Think { get; init; }

    /// <summary>Most redirects that are followed.</summary>
    public int Redirects { get; init; }

    /// <summary>Most times that it is sent again.</summary>
    public int Retries { get; init; }

    /// <summary>Whether the session goes on where it failed.</summary>
    public bool Continue { get; init; }

    /// <summary>What the answer must be, in words (<see cref="ConditionWords"/>): <c>201 $.id=17</c>, or <c>any below 400</c>.</summary>
    public required string Asks { get; init; }

    /// <summary>Writes the request; false with a value that is missing or cannot stand where it should, named without the value.</summary>
    public bool TryRender(JourneyValues values, RawRequest request, out string? problem)
    {
        request.Clear();
        request.Timeout = Timeout;
        request.MaxBodyBytes = _reader.NeedsBody || request.KeepsBody ? RawRequest.MostBody : 0;
        request.Route = Route;
        values.Sent = request;
        if (!_template.Target.TryRender(values, request.Target, out problem) || !TryPlace(values, request, out problem)
            || !_template.Headers.TryRender(values, request.Headers, out problem) || !_template.Body.TryRender(values, request.Body, out problem))
        {
            return false;
        }
        if (!ReferenceEquals(request.Route, Route) && !TryLeave(request, out problem))
        {
            return false;
        }
        request.HasBody = _template.HasBody;
        request.ShownPath = _template.Target.HoldsSecret ? _template.Written : null;
        return TryAddCookies(values, request, out problem);
    }

    /// <summary>Takes cookies, judges the answer and takes its values; where it is not as it must be, no value.</summary>
    public StepResult Read(RawExchange exchange, JourneyValues values)
    {
        if (exchange.Status > 0)
        {
            StepCookies.Take(exchange, values);
        }
        return exchange.ErrorType is { } error ? new StepResult(error, exchange.ErrorMessage) : _reader.Read(exchange, values);
    }

    /// <summary>Whether an answer sends elsewhere, and the step follows: 301, 302, 303, 307 or 308 with <c>Location</c>, unless <c>check.status</c> asks for that very status.</summary>
    public bool IsRedirect(RawExchange exchange) => Redirects > 0 && exchange is { ErrorType: null, Status: 301 or 302 or 303 or 307 or 308 }
        && exchange.Headers.TryGet("Location"u8, out var location) && !location.IsEmpty && _reader.Status?.Contains(exchange.Status) is not true;

    /// <summary>
    /// Turns the request into the one that a redirect asks for, as a browser does (RFC 9110, section 15.4): 303 makes a GET of it, 301 and 302 of a POST
    /// too, 307 and 308 keep method and body. Takes the answer's cookies. False without a problem where it is no redirect (<see cref="IsRedirect"/>).
    /// To another origin no credential goes along (<see cref="RequestTemplate.IsCredential"/>), and a body that holds a secret only to the target itself. The
    /// caller counts the hops.
    /// </summary>
    public bool TryRedirect(RawExchange exchange, JourneyValues values, RawRequest request, out StepResult problem)
    {
        problem = StepResult.Ok;
        if (!IsRedirect(exchange))
        {
            return false;
        }
        StepCookies.Take(exchange, values);
        exchange.Headers.TryGet("Location"u8, out var location);
        var from = ExchangeText.UrlOf(request);
        if (!Uri.TryCreate(from, ExchangeText.HeaderText(location), out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            problem = new StepResult(TargetErrors.Protocol, $"{exchange.Status} leads to no URL that can be asked");
            return false;
        }
        var method = request.Route.Method.Method;
        var asGet = (exchange.Status is 303 && method is not "HEAD") || (exchange.Status is 301 or 302 && method is not ("GET" or "HEAD"));
        var leaves = !new Origin(from).Contains(url);
        if (leaves && !asGet && _template.Body.HoldsSecret && !new Origin(_template.BaseUrl).Contains(url))
        {
            problem = new StepResult(TargetErrors.Denied, $"{exchange.Status} leads to another server, and the body holds a secret, which is not sent there");
            return false;
        }
        var (origin, route) = _routes.To(url, asGet ? "GET" : method);
        RedirectHeaders.Keep(request.Headers, dropBody: asGet, leaves ? _template.IsCredential : null);
        if (asGet)
        {
            request.Body.Clear();
            request.HasBody = false;
        }
        request.Route = route;
        request.Target.Clear();
        request.Target.Write(Encoding.ASCII.GetBytes(url.PathAndQuery));
        StepCookies.Write(origin, own: default, values, request);
        return true;
    }

    /// <summary>Takes what is for the step's own server alone out of a request that an extracted URL leads elsewhere; false where that would be no request any more.</summary>
    private bool TryLeave(RawRequest request, out string? problem)
    {
        problem = _template.Body.HoldsSecret ? "the path is a URL of another server, and the body holds a secret, which is not sent there"
            : _template.Query.HoldsSecret || _template.Target.HoldsSecretBehind ? "the path is a URL of another server, and a secret is added to it, which is not sent there"
            : null;
        RedirectHeaders.Keep(request.Headers, dropBody: false, _template.IsCredential);
        return problem is null;
    }

    /// <summary>Makes a target of what was rendered.</summary>
    private bool TryPlace(JourneyValues values, RawRequest request, out string? problem)
    {
        problem = null;
        if (!_template.Query.IsEmpty)
        {
            request.Target.Write(request.Target.Span.Contains((byte)'?') ? (byte)'&' : (byte)'?');
            if (!_template.Query.TryRender(values, request.Target, out problem))
            {
                return false;
            }
        }
        if (!_template.IsReference)
        {
            // A value may be two dots: the path would lead elsewhere.
            if (!_template.Target.IsConstant && DotSegments.Contains(request.Target.Span))
            {
                problem = "a value makes a segment `.` or `..` of the path, which would lead elsewhere";
                return false;
            }
            return true;
        }
        if (!TargetUrl.TryResolve(request.Target, _template.BaseUrl, _routes.Own.Origin, out var url))
        {
            problem = "the path begins with a value that is no path and no http or https URL";
            return false;
        }
        if (url is not null)
        {
            request.Route = _routes.To(url, Method).Route;
        }
        return true;
    }

    private bool TryAddCookies(JourneyValues values, RawRequest request, out string? problem)
    {
        problem = null;
        if (_template.Cookies.IsEmpty && values.Cookies.Count == 0)
        {
            return true;
        }
        var leaves = !ReferenceEquals(request.Route, Route);
        var origin = leaves ? new Origin(request.Route.Server) : _routes.Own.Origin;
        if (leaves || _template.Cookies.IsEmpty)
        {
            StepCookies.Write(origin, own: default, values, request);
            return true;
        }
        var own = new ByteBuffer();
        if (!_template.Cookies.TryRender(values, own, out problem))
        {
            return false;
        }
        StepCookies.Write(origin, own.Span, values, request);
        return true;
    }
}
