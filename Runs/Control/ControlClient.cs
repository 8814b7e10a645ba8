using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Logs;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Control;

/// <summary>
/// Talks to a running run through its control API. A run that has ended, or whose process does not answer, throws
/// <see cref="ApeTestException"/> (exit 2 and 3).
/// </summary>
public sealed class ControlClient : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly string _run;
    private readonly TimeProvider _time;

    /// <summary>A client of the API at <paramref name="url"/>.</summary>
    /// <param name="url">Base URL of the collector.</param>
    /// <param name="token">Token.</param>
    /// <param name="run">Run id.</param>
    /// <param name="time">Clock of the 10 s limit of a call.</param>
    public ControlClient(Uri url, string token, string run, TimeProvider time)
    {
        (_run, _time) = (run, time);
        // No proxy and no trace headers: this is a process on the same machine, and not part of any session.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = url,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Add(ControlContract.TokenHeader, token);
    }

    /// <summary>A client of the run in <paramref name="directory"/>, by its <c>run.json</c> and <c>control.token</c>.</summary>
    public static ControlClient Open(RunDirectory directory, TimeProvider time)
    {
        var status = RunDirectoryReader.StatusOf(directory, time);
        if (status.Ended)
        {
            throw Over(directory.Run, status.Status);
        }
        if (status.File?.ControlUrl is not { } url || directory.ReadToken() is not { } token)
        {
            throw new ApeTestException($"Run {directory.Run} offers no control address.",
                "It may still be starting; try again in a second.", ExitCodes.Environment);
        }
        return new ControlClient(url, token, directory.Run, time);
    }

    /// <summary>Live figures.</summary>
    public Task<RunProgress> GetRunAsync(CancellationToken cancellationToken) =>
        GetAsync("", RunsJson.Line.RunProgress, cancellationToken);

    /// <summary>The summary: so far, or final.</summary>
    public Task<RunSummary> GetSummaryAsync(CancellationToken cancellationToken) =>
        GetAsync("/summary", RunsJson.Line.RunSummary, cancellationToken);

    /// <summary>One kept session.</summary>
    public Task<SessionRecord> GetSessionAsync(string session, CancellationToken cancellationToken) =>
        GetAsync($"/sessions/{Uri.EscapeDataString(session)}", RunsJson.Line.SessionRecord, cancellationToken);

    /// <summary>Kept sessions, oldest first.</summary>
    public async IAsyncEnumerable<SessionRecord> GetSessionsAsync(SessionOutcome? outcome,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = outcome is { } one ? $"?outcome={JsonNamingPolicy.SnakeCaseLower.ConvertName(one.ToString())}" : "";
        using var response = await SendAsync(HttpMethod.Get, $"/sessions{query}", null, cancellationToken);
        await foreach (var record in response.Content.ReadFromJsonAsAsyncEnumerable(RunsJson.Line.SessionRecord, cancellationToken))
        {
            if (record is not null)
            {
                yield return record;
            }
        }
    }

    /// <summary>Live figures each second, until the run has ended. A stream that breaks off before throws as a run that does not answer.</summary>
    public async IAsyncEnumerable<RunProgress> EventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, "/events", null, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize(data, RunsJson.Line.RunProgress)!);
        await using var items = events.EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        RunProgress? last = null;
        while (await MoveNextAsync(items))
        {
            yield return last = items.Current.Data;
        }
        if (last is not { Ended: true })
        {
            throw Unreachable(null);
        }
    }

    /// <summary>Log lines in order of time.</summary>
    public async IAsyncEnumerable<string> LogsAsync(LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, "/logs" + query.ToQueryString(), null, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Stops the run: drains, or cancels everything when <paramref name="now"/>.</summary>
    public async Task StopAsync(bool now, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(new StopRequest(now), RunsJson.Line.StopRequest);
        using var response = await SendAsync(HttpMethod.Post, "/stop", content, cancellationToken);
    }

    /// <summary>Changes the number of agents. A number that the run cannot have throws <see cref="ApeTestException"/> (exit 2) with the reason.</summary>
    public async Task ScaleAsync(int agents, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(new ScaleRequest(agents), RunsJson.Line.ScaleRequest);
        using var response = await SendAsync(HttpMethod.Post, "/scale", content, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<SseItem<RunProgress>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (IOException e)
        {
            throw Unreachable(e);
        }
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return await response.Content.ReadFromJsonAsync(type, cancellationToken)
            ?? throw new ApeTestException($"Run {_run} answered nothing.", null, ExitCodes.Environment);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(CallTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        HttpResponseMessage response;
        try
        {
            using var request = new HttpRequestMessage(method, $"{ControlContract.RunsPath}/{_run}{path}") { Content = content };
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(e);
        }
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw await FailureAsync(response, cancellationToken);
        }
    }

    private async Task<ApeTestException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ControlProblem? problem = null;
        try
        {
            problem = await response.Content.ReadFromJsonAsync(RunsJson.Line.ControlProblem, cancellationToken);
        }
        catch (JsonException)
        {
            // Not a problem document: the status says enough.
        }
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new ApeTestException($"Run {_run} refused the token.",
                "Its control address may belong to another run by now; see `ape-test runs`.", ExitCodes.Environment),
            HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest =>
                new ApeTestException(problem?.Title ?? $"Run {_run} refused the request.", problem?.Detail, ExitCodes.Input),
            var status => new ApeTestException($"Run {_run} answered {(int)status}{(problem?.Title is { } title ? $": {title}" : "")}.",
                problem?.Detail, ExitCodes.Environment),
        };
    }

    private ApeTestException Unreachable(Exception? e) => new(
        $"Run {_run} does not answer at {_http.BaseAddress}.",
        "Its process may have ended, or be suspended (Ctrl+Z); see `ape-test runs`.", ExitCodes.Environment, e);

    private static ApeTestException Over(string run, string status) => new(
        $"Run {run} is over: {status}.", $"See its results with `ape-test status {run}` or `ape-test logs {run}`.", ExitCodes.Input);
}
