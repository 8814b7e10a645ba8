using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Observability.Tests;

public sealed class ControlApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task AnyCall_WithoutTheToken_Is401Problem(string? token)
    {
        await using var host = await CollectorHost.StartAsync();
        await host.CollectAsync();

        foreach (var (method, path) in new[]
        {
            ("GET", ""), ("GET", $"/{CollectorHost.Run}"), ("GET", $"/{CollectorHost.Run}/summary"), ("GET", $"/{CollectorHost.Run}/events"),
            ("POST", $"/{CollectorHost.Run}/stop"), ("POST", $"/{CollectorHost.Run}/scale"),
        })
        {
            using var response = await SendAsync(host, method, path, token);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
        Assert.Equal(StopStage.None, (await host.Queue.HeartbeatAsync("w1", Cancellation)).Runs[CollectorHost.Run].Stop);
    }

    [Fact]
    public async Task AnyCall_ToACollectorWithoutToken_Is401AndItsHealthIsOk()
    {
        await using var host = await CollectorHost.StartAsync(withToken: false);

        using var refused = await SendAsync(host, "GET", "", host.Directory.ReadToken());
        using var http = new HttpClient { BaseAddress = host.Url };
        using var ready = await http.GetAsync("/health/ready", Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task AnyCall_ByAnotherHostName_NeedsTheToken()
    {
        await using var host = await CollectorHost.StartAsync();

        using var refused = await SendAsync(host, "GET", "", "wrong", request => request.Headers.Host = "evil.example");
        using var taken = await SendAsync(host, "GET", "", host.Directory.ReadToken(), request => request.Headers.Host = "collector");

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task Client_LiveRun_SeesFiguresSummarySessionsAndRuns()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        host.Session(SessionOutcome.Succeeded, "0-0");
        host.Session(SessionOutcome.AgentError, "1-0");
        await host.AppendAsync();
        await host.TickUntilAsync(run, progress => progress.SessionsStarted == 2);
        using var client = host.Client();

        Assert.Equal(("running", 1L, 1L), ((await client.GetRunAsync(Cancellation)).Status, run.Progress.Succeeded, run.Progress.AgentError));
        Assert.Equal(2, (await client.GetSummaryAsync(Cancellation)).Sessions.Started);
        Assert.Equal("agent_error", JsonNamingPolicy.SnakeCaseLower.ConvertName((await client.GetSessionAsync("1-0", Cancellation)).Outcome.ToString()));
        Assert.Equal(["0-0", "1-0"], await SessionsAsync(client, null));
        Assert.Equal(["1-0"], await SessionsAsync(client, SessionOutcome.AgentError));
        Assert.Empty(await SessionsAsync(client, SessionOutcome.Stuck));
        using var runs = await SendAsync(host, "GET", "", host.Directory.ReadToken());
        var entry = Assert.Single((await runs.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).EnumerateArray());
        Assert.Equal((CollectorHost.Run, "running"), (entry.GetProperty("run").GetString(), entry.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Client_EndedRun_ReadsItFromItsDirectory()
    {
        await using var first = await CollectorHost.StartAsync();
        var run = await first.CollectAsync();
        first.Session(SessionOutcome.Failed, "0-0");
        await first.AppendAsync(final: true);
        await run.Completion.Within(Cancellation);
        await using var second = await CollectorHost.StartAsync();
        CopyFiles(first.Directory, second.Directory);
        using var client = second.Client();

        Assert.Null(second.Collector.Find(CollectorHost.Run));
        Assert.Equal(("completed", 1L), ((await client.GetRunAsync(Cancellation)).Status, (await client.GetSummaryAsync(Cancellation)).Sessions.Failed));
        Assert.Equal(["0-0"], await SessionsAsync(client, null));
        var error = await Assert.ThrowsAsync<ApeTestException>(() => client.StopAsync(now: false, Cancellation));
        Assert.Equal(ExitCodes.Input, error.ExitCode);
        Assert.Contains("is over", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_Events_ComeEachSecondAndEndWithTheRun()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        using var client = host.Client();
        await using var events = client.EventsAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync().AsTask().Within(Cancellation));

        host.Session(SessionOutcome.Succeeded, "0-0");
        await host.AppendAsync();
        await host.TickUntilAsync(run, progress => progress.Succeeded == 1);
        while (events.Current.Succeeded == 0)
        {
            Assert.True(await events.MoveNextAsync().AsTask().Within(Cancellation));
        }
        Assert.False(events.Current.Ended);

        await host.AppendAsync(final: true);
        while (!events.Current.Ended)
        {
            Assert.True(await events.MoveNextAsync().AsTask().Within(Cancellation));
        }
        Assert.False(await events.MoveNextAsync().AsTask().Within(Cancellation));
    }

    [Theory]
    [InlineData(false, StopStage.Drain)]
    [InlineData(true, StopStage.Abort)]
    public async Task Client_Stop_ReachesTheWorker(bool now, StopStage stage)
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        using var client = host.Client();

        await client.StopAsync(now, Cancellation);

        Assert.Equal(stage, (await host.Queue.HeartbeatAsync("w1", Cancellation)).Runs[CollectorHost.Run].Stop);
        await host.AppendAsync(final: true);
        Assert.Equal("stopped", (await run.Completion.Within(Cancellation)).Run.Status);
    }

    [Fact]
    public async Task Client_Scale_ReachesTheWorkerAndTheFigures()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        using var client = host.Client();

        await client.ScaleAsync(5, Cancellation);

        Assert.Equal(5, (await host.Queue.HeartbeatAsync("w1", Cancellation)).Runs[CollectorHost.Run].Agents);
        Assert.Equal(5, (await client.GetRunAsync(Cancellation)).AgentsTarget);
        await host.TickUntilAsync(run, progress => progress.ElapsedS > 1 && progress.AgentsTarget == 5);
        await client.ScaleAsync(70, Cancellation);
        await host.TickUntilAsync(run, progress => progress.AgentsTarget == 70);
        Assert.Equal(20, (await host.Queue.ClaimAsync("w1", Cancellation))!.Block.FirstSlot);
        Assert.Equal(["agents: 20 became 5", "agents: 5 became 70"], (await client.GetSummaryAsync(Cancellation)).Run.Edited);
        Assert.Equal(70, RunDirectoryReader.StatusOf(host.Directory, host.Time).File!.Agents);
    }

    [Fact]
    public async Task Client_ScaleToWhatTheRunCannotHave_SaysTheRangeAndWhy()
    {
        await using var host = await CollectorHost.StartAsync();
        await host.CollectAsync();
        using var client = host.Client();

        var error = await Assert.ThrowsAsync<ApeTestException>(() => client.ScaleAsync(ScaleRange.MostAgents + 1, Cancellation));

        Assert.Equal(ExitCodes.Input, error.ExitCode);
        Assert.Contains($"from 1 to {ScaleRange.MostAgents}", error.Message, StringComparison.Ordinal);
        Assert.Contains("ape-test stop", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_ScaleOfARunThatEnds_IsRefused(bool stopped)
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync(duration: stopped ? null : TimeSpan.FromSeconds(5));
        using var client = host.Client();
        if (stopped)
        {
            await client.StopAsync(now: false, Cancellation);
        }
        else
        {
            await host.TickUntilAsync(run, progress => progress.Draining);
        }

        var stopping = await Assert.ThrowsAsync<ApeTestException>(() => client.ScaleAsync(5, Cancellation));
        await host.AppendAsync(final: true);
        await run.Completion.Within(Cancellation);
        var over = await Assert.ThrowsAsync<ApeTestException>(() => client.ScaleAsync(5, Cancellation));

        Assert.Equal((ExitCodes.Input, ExitCodes.Input), (stopping.ExitCode, over.ExitCode));
        Assert.Contains("is stopping", stopping.Message, StringComparison.Ordinal);
        Assert.Contains($"is over: {(stopped ? "stopped" : "completed")}", over.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_Logs_AreMergedAndFiltered()
    {
        await using var host = await CollectorHost.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(host.Directory.Logs, "agent.jsonl"),
            """{"ts":"2026-11-21T13:15:03.000Z","level":"info","service":"agent","msg":"b"}""" + "\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(host.Directory.Logs, "shop.jsonl"),
            """{"ts":"2026-11-21T13:15:02.000Z","level":"warn","service":"shop","msg":"a"}""" + "\n", Cancellation);
        using var client = host.Client();

        Assert.Equal(["shop", "agent"], await ServicesAsync(client, new LogQuery()));
        Assert.Equal(["shop"], await ServicesAsync(client, new LogQuery { Level = "warn" }));
        Assert.Equal(["agent"], await ServicesAsync(client, new LogQuery { Since = new DateTimeOffset(2026, 11, 21, 13, 15, 3, TimeSpan.Zero) }));
    }

    [Theory]
    [InlineData("GET", "/20261121-131502-0000", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/..%2F..%2Fetc", null, HttpStatusCode.NotFound)]
    [InlineData("POST", "/20261121-131502-0000/stop", """{"now":true}""", HttpStatusCode.NotFound)]
    [InlineData("GET", "/20261121-131502-7f3a/sessions/9-9", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/20261121-131502-7f3a/sessions?outcome=great", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/20261121-131502-7f3a/sessions?outcome=1", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/20261121-131502-7f3a/logs?level=loud", null, HttpStatusCode.BadRequest)]
    [InlineData("POST", "/20261121-131502-7f3a/stop", "not json", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/20261121-131502-7f3a/stop", "null", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/20261121-131502-7f3a/scale", "{}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/20261121-131502-7f3a/scale", """{"agents":-1}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("POST", "/20261121-131502-7f3a/scale", """{"agents":0}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("POST", "/20261121-131502-0000/scale", """{"agents":5}""", HttpStatusCode.NotFound)]
    public async Task BadCall_IsAProblemDocument(string method, string path, string? body, HttpStatusCode status)
    {
        await using var host = await CollectorHost.StartAsync();
        await host.CollectAsync();

        using var response = await SendAsync(host, method, path, host.Directory.ReadToken(), request =>
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(new RunOrders(null, StopStage.None), (await host.Queue.HeartbeatAsync("w1", Cancellation)).Runs[CollectorHost.Run]);
    }

    private static async Task<HttpResponseMessage> SendAsync(CollectorHost host, string method, string path, string? token,
        Action<HttpRequestMessage>? change = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(host.Url, ControlContract.RunsPath + path));
        if (token is not null)
        {
            request.Headers.Add(ControlContract.TokenHeader, token);
        }
        change?.Invoke(request);
        return await http.SendAsync(request, Cancellation).Within(Cancellation);
    }

    private static async Task<List<string>> SessionsAsync(ControlClient client, SessionOutcome? outcome)
    {
        var sessions = new List<string>();
        await foreach (var record in client.GetSessionsAsync(outcome, Cancellation))
        {
            sessions.Add(record.Session);
        }
        return sessions;
    }

    private static async Task<List<string>> ServicesAsync(ControlClient client, LogQuery query)
    {
        var services = new List<string>();
        await foreach (var line in client.LogsAsync(query, Cancellation))
        {
            services.Add(LogLine.Parse(line)!.Service!);
        }
        return services;
    }

    private static void CopyFiles(RunDirectory from, RunDirectory to)
    {
        foreach (var file in new[] { from.RunFile, from.SummaryFile, from.SessionsFile })
        {
            File.Copy(file, Path.Combine(to.Path, Path.GetFileName(file)), overwrite: true);
        }
    }
}
