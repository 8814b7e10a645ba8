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
    private readonly ControlHttp _http;
    private readonly string _run;

    /// <summary>A client of the API at <paramref name="url"/>.</summary>
    /// <param name="url">Base URL of the collector.</param>
    /// <param name="token">Token.</param>
    /// <param name="run">Run id.</param>
    /// <param name="time">Clock of the 10 s limit of a call.</param>
    public ControlClient(Uri url, string token, string run, TimeProvider time)
        : this(new ControlHttp(url, token, ControlParty.Run(run), time), run)
    {
    }

    internal ControlClient(ControlHttp http, string run) => (_http, _run) = (http, run);

    /// <summary>A client of the run in <paramref name="directory"/>, by its <c>run.json</c> and <c>control.token</c>.</summary>
    public static ControlClient Open(RunDirectory directory, TimeProvider time)
    {
        var status = RunDirectoryReader.StatusOf(directory, time);
        if (status.Ended)
        {
            throw Over(directory.Run, status.Status);
        }
        if (status.Waits)
        {
            throw new ApeTestException($"Run {directory.Run} waits for its turn, and has no agents yet.",
                "Once it has begun, try again.", ExitCodes.Environment);
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
            throw _http.Unreachable(null);
        }
    }

    /// <summary>Log lines in order of time.</summary>
    public IAsyncEnumerable<string> LogsAsync(LogQuery query, CancellationToken cancellationToken) => LogsAsync(query, follow: false, cancellationToken);

    /// <summary>Log lines in order of time; where <paramref name="follow"/>, also those that come until the run has ended.</summary>
    public async IAsyncEnumerable<string> LogsAsync(LogQuery query, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var asked = query.ToQueryString();
        using var response = await SendAsync(HttpMethod.Get, $"/logs{asked}{(follow ? asked.Length == 0 ? "?follow=true" : "&follow=true" : "")}", null, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Stops the run: drains, or cancels everything when <paramref name="now"/>.</summary>
    public Task StopAsync(bool now, CancellationToken cancellationToken) => StopAsync(new StopRequest(now), cancellationToken);

    /// <summary>Stops the run.</summary>
    public async Task StopAsync(StopRequest request, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(request, RunsJson.Line.StopRequest);
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
            throw _http.Unreachable(e);
        }
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        _http.GetAsync(PathOf(path), type, cancellationToken);

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) =>
        _http.SendAsync(method, PathOf(path), content, cancellationToken);

    private string PathOf(string path) => $"{ControlContract.RunsPath}/{_run}{path}";

    private static ApeTestException Over(string run, string status) => new(
        $"Run {run} is over: {status}.", $"See its results with `ape-test status {run}` or `ape-test logs {run}`.", ExitCodes.Input);
}
