using System.Net;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Cli.Readiness;

/// <summary>Speaks to the target before there is any load: is it there, and what is at a URL of it?</summary>
internal sealed class TargetProbe : IDisposable
{
    /// <summary>How long one answer may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan OtherSchemeLimit = TimeSpan.FromSeconds(2);

    // As browsers and agents: a ring of redirects ends.
    private const int MostRedirects = 5;

    private readonly TargetSpec _target;
    private readonly SocketsOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly bool _follows;

    /// <param name="target">The target.</param>
    /// <param name="time">Clock of the limits.</param>
    /// <param name="through">Makes the way through a gateway out of one straight to the target. Default: straight.</param>
    public TargetProbe(TargetSpec target, TimeProvider time, Func<HttpMessageHandler, ThroughGateway>? through = null)
    {
        (_target, _options, _time) = (target, SocketsOptions.From(target), time);
        var handler = new SocketsHttpHandler { ConnectTimeout = Limit, ActivityHeadersPropagator = null, UseCookies = false };
        if (target.Insecure)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        // As the agents do: what is reached through a proxy of this machine's own would pass here and fail in the run.
        (handler.UseProxy, handler.Proxy) = (_options.Proxy is not null, _options.Proxy is null ? null : new WebProxy(_options.Proxy));
        // .NET would carry configured headers to another host.
        handler.AllowAutoRedirect = false;
        // What a target redirects to, only the gateway may be able to reach.
        _follows = through is null;
        _http = new HttpClient(through is null ? handler : through(handler)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = OpenApiSource.MostBytes };
    }

    /// <summary>Media type of what <see cref="ReachAsync"/> was answered; null for none.</summary>
    public string? ContentType { get; private set; }

    /// <summary>The target's clock, as <see cref="ReachAsync"/> was told; null where its answer has no date.</summary>
    public DateTimeOffset? Date { get; private set; }

    /// <summary>Checks that the target answers HTTP, and returns with which status, whatever it is. Otherwise <see cref="ApeTestException"/> (exit 3).</summary>
    public async Task<int> ReachAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(_target.Url, Limit, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            Date = response.Headers.Date;
            ContentType = response.Content.Headers.ContentType?.MediaType;
            return (int)response.StatusCode;
        }
        catch (ProbeException e)
        {
            var other = e.MayBeOtherScheme ? await OtherSchemeAsync(cancellationToken) : null;
            throw new ApeTestException($"the target {_target.Url} cannot be reached{Through()}: {e.Message}",
                other is null ? e.Hint : $"It answers at {other}: use that URL.", ExitCodes.Environment, e);
        }
    }

    /// <summary>The text at <paramref name="url"/> with its status and content type. Throws <see cref="ProbeException"/> when nothing usable answers.</summary>
    public async Task<DocumentAnswer> ReadAsync(Uri url, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(url, Limit, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await AnswerAsync(response, cancellationToken);
    }

    /// <summary>What is answered to JSON posted to <paramref name="url"/>. Throws <see cref="ProbeException"/> when nothing usable answers.</summary>
    public async Task<DocumentAnswer> PostAsync(Uri url, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(url, Limit, HttpCompletionOption.ResponseContentRead, cancellationToken, json);
        return await AnswerAsync(response, cancellationToken);
    }

    private string Through() => _options.Proxy is null ? "" : $" through the proxy {_options.Proxy.GetLeftPart(UriPartial.Authority)}";

    public void Dispose() => _http.Dispose();

    private static async Task<DocumentAnswer> AnswerAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return new DocumentAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType,
                await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (InvalidOperationException e)
        {
            // A charset that .NET does not know.
            throw new ProbeException($"its text cannot be read: {e.Message}", null, e);
        }
    }

    /// <summary>The target with http instead of https or the reverse, if that is what answers there.</summary>
    private async Task<Uri?> OtherSchemeAsync(CancellationToken cancellationToken)
    {
        var other = new UriBuilder(_target.Url) { Scheme = _target.Url.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, Port = _target.Url.Port }.Uri;
        try
        {
            using var response = await SendAsync(other, OtherSchemeLimit, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return other;
        }
        catch (ProbeException e)
        {
            // A certificate that is not trusted is an answer in TLS all the same.
            return e.IsCertificate ? other : null;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri url, TimeSpan limit, HttpCompletionOption option, CancellationToken cancellationToken, ReadOnlyMemory<byte>? json = null)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                using var request = new HttpRequestMessage(json is null ? HttpMethod.Get : HttpMethod.Post, url);
                if (json is { } body)
                {
                    request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new("application/json") } };
                }
                if (IsTarget(url))
                {
                    foreach (var (name, value) in _target.Headers)
                    {
                        request.Headers.TryAddWithoutValidation(name, value);
                    }
                }
                _options.Apply(request);
                var response = await _http.SendAsync(request, option, either.Token);
                if (!_follows || redirects == MostRedirects || Next(url, response, json is not null) is not { } next)
                {
                    return response;
                }
                response.Dispose();
                url = next;
            }
        }
        catch (HttpRequestException e)
        {
            throw ProbeException.From(e, _options.Http);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProbeException($"no answer within {limit.TotalSeconds:0} s", "Is it busy, or behind a firewall? Aim elsewhere with --target URL.", e);
        }
    }

    /// <summary>Where a redirect leads; null for an answer. One that leads from the target to another server is an answer: nobody named that one.</summary>
    private Uri? Next(Uri url, HttpResponseMessage response, bool isPost)
    {
        var redirects = response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            || (!isPost && response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther);
        return redirects && response.Headers.Location is { } location && Uri.TryCreate(url, location, out var next) && next.Scheme is "http" or "https"
            && (IsTarget(next) || !IsTarget(url)) && (url.Scheme == next.Scheme || next.Scheme == Uri.UriSchemeHttps)
                ? next
                : null;
    }

    // Configured headers may be credentials: they go to the target only.
    private bool IsTarget(Uri url) => Uri.Compare(url, _target.Url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
