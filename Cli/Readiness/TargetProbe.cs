using System.Net.Sockets;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Readiness;

/// <summary>Speaks to the target before there is any load: is it there, and what is at a URL of it?</summary>
internal sealed class TargetProbe : IDisposable
{
    private const int MostBytes = 32 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly TargetSpec _target;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public TargetProbe(TargetSpec target, TimeProvider time)
    {
        (_target, _time) = (target, time);
        var handler = new SocketsHttpHandler { ConnectTimeout = Limit, ActivityHeadersPropagator = null, UseCookies = false };
        if (target.Insecure)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        // The agents' own requests use no proxy on loopback either.
        handler.UseProxy = !ServiceUrls.IsLoopbackHost(target.Url.Host);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBytes };
    }

    /// <summary>Checks that the target answers HTTP, whatever it answers. Otherwise <see cref="ApeTestException"/> (exit 3).</summary>
    public async Task ReachAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(_target.Url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (ProbeException e)
        {
            throw new ApeTestException($"the target {_target.Url} cannot be reached: {e.Message}",
                "Start it, or aim elsewhere with --target URL.", ExitCodes.Environment, e);
        }
    }

    /// <summary>The text at <paramref name="url"/> with its status and content type. Throws <see cref="ProbeException"/> when nothing answers.</summary>
    public async Task<ProbeAnswer> ReadAsync(Uri url, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(url, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return new ProbeAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(cancellationToken));
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri url, HttpCompletionOption option, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (SameServer(url))
            {
                foreach (var (name, value) in _target.Headers)
                {
                    request.Headers.TryAddWithoutValidation(name, value);
                }
            }
            return await _http.SendAsync(request, option, either.Token);
        }
        catch (HttpRequestException e)
        {
            throw new ProbeException(Reason(e), e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProbeException($"no answer within {Limit.TotalSeconds:0} s", e);
        }
    }

    // Configured headers may be credentials: they go to the target only.
    private bool SameServer(Uri url) => Uri.Compare(url, _target.Url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static string Reason(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "the name does not resolve",
        HttpRequestError.SecureConnectionError => $"TLS failed ({(exception.InnerException ?? exception).Message})",
        HttpRequestError.ConnectionError when exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => "what answers there does not speak HTTP",
        HttpRequestError.ConfigurationLimitExceeded => $"the answer is larger than {MostBytes >> 20} MB",
        HttpRequestError.ResponseEnded => "the connection ended before an answer",
        _ => exception.Message,
    };
}

/// <summary>What a probe read.</summary>
internal sealed record ProbeAnswer(int Status, string? ContentType, string Text);

/// <summary>Nothing usable answered; the message says why in a few words.</summary>
internal sealed class ProbeException(string message, Exception innerException) : Exception(message, innerException);
