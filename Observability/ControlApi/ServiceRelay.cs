using System.Net.Http.Headers;
using System.Net.Sockets;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Control;
using ApeTest.ServiceDefaults.Guard;
using Microsoft.AspNetCore.Http.Features;

namespace ApeTest.Observability.ControlApi;

/// <summary>
/// Passes requests on to the stack's gateway, and asks its LLM proxy about a model: whoever submits a run reaches the collector only, and has to know
/// beforehand what the agents will meet. The gateway's policy judges these requests as it does the agents'. In the container as a singleton.
/// </summary>
internal sealed class ServiceRelay : IDisposable
{
    // Of the connection, not of the message (RFC 9110, 7.6.1), and what the client sets itself.
    private static readonly HashSet<string> OfConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    // The gateway's own endpoints, by which no target is named.
    private static readonly HashSet<string> NotTargets = new(StringComparer.OrdinalIgnoreCase) { "", "admin", "health", "mcp", "metrics" };

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null, ConnectTimeout = TimeSpan.FromSeconds(10),
    });

    private readonly CollectorOptions _options;
    private readonly ServiceToken _token;

    public ServiceRelay(CollectorOptions options, ServiceToken token) => (_options, _token) = (options, token);

    /// <summary><c>{GatewayPath}/{target}/{**path}</c>, any method.</summary>
    public async Task GatewayAsync(HttpContext context)
    {
        if (_options.GatewayUrl is not { } gateway)
        {
            await Problem("gateway", "APETEST_GATEWAY__URL").ExecuteAsync(context);
            return;
        }
        // As it was written: a path that is decoded and encoded again may be another.
        if (UrlOf(gateway, context.Features.Get<IHttpRequestFeature>()!.RawTarget) is not { } url)
        {
            await TypedResults.Problem($"Write {ControlContract.GatewayPath}/TARGET/PATH, without dot segments and backslashes; TARGET is one of the gateway's.",
                statusCode: StatusCodes.Status400BadRequest, title: "This path leads to no target.").ExecuteAsync(context);
            return;
        }
        await RelayAsync(context, url, bearer: null);
    }

    /// <summary><c>GET {ModelPath}?model=</c>.</summary>
    public async Task ModelAsync(HttpContext context)
    {
        if (_options.LlmProxyUrl is not { } proxy)
        {
            await Problem("LLM proxy", "APETEST_LLMPROXY__URL").ExecuteAsync(context);
            return;
        }
        await RelayAsync(context, new Uri(proxy.AbsoluteUri.TrimEnd('/') + "/v1/readiness" + context.Request.QueryString), _token.Value);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// The gateway's URL of a request target (RFC 9112, 3.2); null where that is another spelling of the path, or leads anywhere but to a target of the
    /// gateway: the server routes by the decoded path without dot segments, so that what is written may begin with another host (<c>/x@host/../api</c>).
    /// </summary>
    internal static Uri? UrlOf(Uri gateway, string rawTarget)
    {
        if (!rawTarget.StartsWith(ControlContract.GatewayPath + "/", StringComparison.Ordinal))
        {
            return null;
        }
        var rest = rawTarget[ControlContract.GatewayPath.Length..];
        var path = rest.Split('?', 2)[0];
        if (path.Contains('\\', StringComparison.Ordinal) || NotTargets.Contains(Uri.UnescapeDataString(path.Split('/')[1]))
            || path.Split('/').Any(static segment => Uri.UnescapeDataString(segment) is "." or ".."))
        {
            return null;
        }
        return Uri.TryCreate(gateway.AbsoluteUri.TrimEnd('/') + rest, UriKind.Absolute, out var url) && url.Authority == gateway.Authority ? url : null;
    }

    private static IResult Problem(string service, string variable) => TypedResults.Problem(
        $"Set {variable} for the collector.", statusCode: StatusCodes.Status503ServiceUnavailable, title: $"This collector knows no {service}.");

    private async Task RelayAsync(HttpContext context, Uri url, string? bearer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(context.Request.Method), url);
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }
        foreach (var (name, values) in context.Request.Headers.Where(header => !OfConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, context.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            await TypedResults.Problem(e.GetBaseException().Message, statusCode: StatusCodes.Status502BadGateway, title: $"{url.GetLeftPart(UriPartial.Authority)} does not answer the collector.").ExecuteAsync(context);
            return;
        }
        using (response)
        {
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(header => !OfConnection.Contains(header.Key)))
            {
                context.Response.Headers[name] = values.ToArray();
            }
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
