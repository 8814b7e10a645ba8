using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApeTest.Runs.Json;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Control;

/// <summary>Calls of the control API. Whatever is not an answer throws <see cref="ApeTestException"/> in the words of <see cref="ControlParty"/>.</summary>
internal sealed class ControlHttp : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly ControlParty _party;
    private readonly TimeProvider _time;
    private readonly bool _hasToken;

    /// <param name="url">Base URL of the collector.</param>
    /// <param name="token">Token; empty for none, which a collector refuses.</param>
    /// <param name="party">Who is spoken to, for messages.</param>
    /// <param name="time">Clock of the 10 s limit of a call.</param>
    public ControlHttp(Uri url, string token, ControlParty party, TimeProvider time)
    {
        (_party, _time) = (party, time);
        // No proxy and no trace headers: this is a service of ours, and not part of any session.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = url,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _hasToken = token.Length > 0;
        if (_hasToken)
        {
            _http.DefaultRequestHeaders.Add(ControlContract.TokenHeader, token);
        }
    }

    /// <summary>An answer as JSON.</summary>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return await response.Content.ReadFromJsonAsync(type, cancellationToken)
            ?? throw new ApeTestException($"{_party.Name} answered nothing.", null, ExitCodes.Environment);
    }

    /// <summary>Sends a call and returns a successful answer, its headers read; the caller disposes it.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        var response = await AnswerAsync(method, path, content, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw Failure(response.StatusCode, await ProblemAsync(response, cancellationToken));
        }
    }

    /// <summary>Sends a call and returns its answer whatever it is, its headers read; the caller disposes it.</summary>
    public async Task<HttpResponseMessage> AnswerAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(CallTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(e);
        }
    }

    /// <summary>Nobody answers, or no longer.</summary>
    public ApeTestException Unreachable(Exception? e) => new(
        $"{_party.Name} does not answer at {_http.BaseAddress}.",
        (e?.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? "Nothing listens there. " : "") + _party.WhenSilent, ExitCodes.Environment, e);

    public void Dispose() => _http.Dispose();

    /// <summary>What an answer that is no success says is wrong; null where it does not say.</summary>
    public static async Task<ControlProblem?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(RunsJson.Line.ControlProblem, cancellationToken);
        }
        catch (JsonException)
        {
            // Not a problem document: the status says enough.
            return null;
        }
    }

    /// <summary>An answer that is no success, in the words of the party.</summary>
    public ApeTestException Failure(HttpStatusCode status, ControlProblem? problem) => status switch
    {
        HttpStatusCode.Unauthorized => new ApeTestException(_hasToken ? $"{_party.Name} refused the token." : $"{_party.Name} at {_http.BaseAddress} asks for its service token.", _party.WhenRefused, _party.RefusedCode),
        HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest =>
            new ApeTestException(problem?.Title ?? $"{_party.Name} refused the request.", problem?.Detail, ExitCodes.Input),
        _ => new ApeTestException($"{_party.Name} answered {(int)status}{(problem?.Title is { } title ? $": {title}" : "")}.", problem?.Detail, ExitCodes.Environment),
    };
}

/// <summary>Who is spoken to through the control API, as messages call it.</summary>
/// <param name="Name">Begins a sentence: <c>Run 20261121-131502-7f3a</c>.</param>
/// <param name="WhenSilent">What may be so where nobody answers.</param>
/// <param name="WhenRefused">What may be so where the token is refused.</param>
/// <param name="RefusedCode">Exit code where the token is refused.</param>
internal sealed record ControlParty(string Name, string WhenSilent, string WhenRefused, int RefusedCode)
{
    /// <summary>A run in a process on this machine.</summary>
    public static ControlParty Run(string run) => new($"Run {run}", "Its process may have ended, or be suspended (Ctrl+Z); see `ape-test runs`.",
        "Its control address may belong to another run by now; see `ape-test runs`.", ExitCodes.Environment);

    /// <summary>The collector of a stack, whose address and token the user gave.</summary>
    public static ControlParty Stack { get; } = new("The collector", "Check --stack URL, and that the stack is up.",
        "Give the stack's service token with --token-file FILE, or in APETEST_TOKEN_FILE.", ExitCodes.Input);
}
