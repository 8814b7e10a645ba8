using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests;

public sealed class LogsTests
{
    private const string Other = "ffffffffffffffffffffffffffffffff";

    [Fact]
    public async Task Logs_ByTrace_TellsTheJourneyInOrderOfTime()
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Finished(cli));

        var result = await cli.RunAsync("logs", "--grep", SummaryFixture.Trace);

        Assert.Equal(0, result.Code);
        Golden.Check("logs.txt", result.Out);
    }

    [Fact]
    public async Task Logs_AsJson_AreTheLinesAsWritten()
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Finished(cli));

        var result = await cli.RunAsync("logs", "--service", "gateway", "--format", "json");

        Assert.Equal(Line(3, "info", "gateway", "gateway.request", SummaryFixture.Trace) + "\n", result.Out);
    }

    [Fact]
    public async Task Logs_ByLevelAndAgent_AreFiltered()
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Finished(cli));

        var warned = await cli.RunAsync("logs", "--level", "WARN");
        var ofAgent = await cli.RunAsync("logs", "--agent", "4");

        Assert.Single(warned.Out.TrimEnd('\n').Split('\n'));
        Assert.Contains("shop.fault", warned.Out, StringComparison.Ordinal);
        Assert.Empty(ofAgent.Out);
        Assert.Contains("no such lines", ofAgent.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_Since_LeavesOutOlderLines()
    {
        using var cli = new CliHarness { Time = new ApeTest.Tests.Shared.FakeTimeProvider(new DateTimeOffset(2026, 11, 21, 13, 15, 13, TimeSpan.Zero)) };
        Prepare(RunsOnDisk.Finished(cli));

        var result = await cli.RunAsync("logs", "--since", "10s");

        Assert.Equal(["gateway.request", "order.placed", "shop.fault"], result.Out.TrimEnd('\n').Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]));
    }

    [Fact]
    public async Task Logs_OnATerminal_AreColouredUnlessForbidden()
    {
        using var cli = new CliHarness { Terminal = true };
        Prepare(RunsOnDisk.Finished(cli));

        var coloured = await cli.RunAsync("logs");
        var plain = await cli.RunAsync("logs", "--no-color");
        cli.Variables["NO_COLOR"] = "1";
        var forbidden = await cli.RunAsync("logs");

        Assert.Contains("\e[", coloured.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", plain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", forbidden.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_OfOneAction_TellEachPartOfIt()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Finished(cli);
        File.WriteAllText(Path.Combine(directory.Logs, "agent.jsonl"), """
            {"ts":"2026-11-21T13:15:01.000Z","level":"info","service":"agent","event":"session.started","msg":"session for buy-coffee started","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","agent":"3","session":"3-2","goal":"buy-coffee"}
            {"ts":"2026-11-21T13:15:01.213Z","level":"info","service":"agent","event":"model.completed","msg":"planner decided 1 calls","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","agent":"3","session":"3-2","action":"1","model":"planner","finish_reason":"tool_calls","calls":1,"duration_s":0.213506,"ttft_s":0.000556,"prompt_tokens":1935,"completion_tokens":18}
            {"ts":"2026-11-21T13:15:01.260Z","level":"info","service":"agent","event":"action.completed","msg":"login answered 503","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","agent":"3","session":"3-2","action":"1","tool":"login","status":503,"error":"http_503","duration_s":0.079955}
            {"ts":"2026-11-21T13:15:02.000Z","level":"info","service":"agent","event":"session.ended","msg":"session failed: no order","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","agent":"3","session":"3-2","outcome":"failed","duration_s":1.0,"actions":1}

            """);
        File.WriteAllText(Path.Combine(directory.Logs, "llm-proxy.jsonl"), """
            {"ts":"2026-11-21T13:15:01.213Z","level":"info","service":"llm-proxy","event":"llm.request","msg":"builtin/planner 200 in 0.0304 s","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","agent":"3","session":"3-2","action":"1","provider":"builtin","model":"planner","status":200,"ttft_s":0.0240782,"duration_s":0.0304434,"queue_s":1.1E-06,"prompt_tokens":2042,"completion_tokens":33,"retries":2}

            """);
        File.WriteAllText(Path.Combine(directory.Logs, "gateway.jsonl"), """
            {"ts":"2026-11-21T13:15:01.250Z","level":"info","service":"gateway","event":"gateway.request","msg":"POST shop /auth/login 503","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","agent":"3","session":"3-2","action":"1","method":"POST","target":"shop","path":"/auth/login","status":503,"gateway_s":9.56E-05,"target_s":0.0031028,"error_type":"http_503"}

            """);
        File.WriteAllText(Path.Combine(directory.Logs, "shop.jsonl"), """
            {"ts":"2026-11-21T13:15:01.250Z","level":"info","service":"shop","event":"http.request","msg":"POST /auth/login -> 503 in 0.0030 s","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","method":"POST","path":"/auth/login","status":503,"duration_s":0.003001}

            """);

        Golden.Check("logs-action.txt", (await cli.RunAsync("logs", "--grep", "4bf92f35")).Out);
    }

    public static TheoryData<string[], int> Selections => new()
    {
        { ["--since", "13:15:03"], 3 },
        { ["--since", "13:15:03.001"], 2 },
        { ["--since", "2026-11-21T14:15:04+01:00"], 2 },
        { ["--since", "2026-11-21 13:15:05"], 1 },
        { ["--since", "13:15:02", "--until", "13:15:03"], 2 },
        { ["--until", "13:15"], 0 },
        { ["--tail", "2"], 2 },
        { ["--session", "3-2"], 5 },
        { ["--session", "3-1"], 0 },
        { ["--agent", "3", "--event", "order.placed"], 1 },
        { ["--regex", "order\\.|fault"], 2 },
        { ["--regex", "ORDER"], 0 },
        { ["--regex", "(?i)ORDER", "--service", "shop", "--level", "info"], 1 },
        { ["--grep", "\u001b[31M HAPPENED"], 5 },
    };

    [Theory]
    [MemberData(nameof(Selections))]
    public async Task Logs_Selected_AreSoMany(string[] options, int lines)
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Finished(cli));

        var result = await cli.RunAsync(["logs", .. options]);

        Assert.Equal(0, result.Code);
        Assert.Equal(lines, result.Out.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("--since", "25:00:00", "error: --since '25:00:00' is not a duration and not a time\n  Write for example 30s")]
    [InlineData("--until", "2026-13-01", "error: --until '2026-13-01' is not a duration and not a time")]
    [InlineData("--agent", "three", "error: --agent 'three' is no agent\n  Write it as log lines and sessions.jsonl do, for example 3.")]
    [InlineData("--session", "3", "error: --session '3' is no session")]
    [InlineData("--tail", "0", "error: --tail '0' is no number from 1 to 100000")]
    [InlineData("--grep", "", "error: --grep is empty\n  Give it a text or a trace id.")]
    [InlineData("--event", "", "error: --event is empty")]
    [InlineData("--regex", "a(b", "error: 'a(b' is no regular expression: insufficient closing parentheses at character 3\n")]
    [InlineData("--regex", "(a)\\1", "needs backtracking")]
    public async Task Logs_AValueThatCannotBeRight_IsToldWithTheFix(string option, string value, string expected)
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Finished(cli));

        var result = await cli.RunAsync("logs", option, value);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task Logs_UntilBeforeSince_IsTold()
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Finished(cli));

        var result = await cli.RunAsync("logs", "--since", "13:15:03", "--until", "13:15:02");

        Assert.Equal((ExitCodes.Input, "error: --until 13:15:02 is before --since 13:15:03\n  Exchange them.\n"), (result.Code, result.Error));
    }

    [Fact]
    public async Task Logs_OfARunPastMidnight_TakeATimeOfDayOnItsDay()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Create(cli, SummaryFixture.Run, "completed", new DateTimeOffset(2026, 11, 21, 23, 59, 55, TimeSpan.Zero), RunsOnDisk.NoProcess);
        File.WriteAllLines(Path.Combine(directory.Logs, "agent.jsonl"),
        [
            """{"ts":"2026-11-21T23:59:58.000Z","msg":"before"}""", """{"ts":"2026-11-22T00:00:02.000Z","msg":"after"}""",
        ]);

        Assert.Single((await cli.RunAsync("logs", "--since", "00:00:01")).Out.TrimEnd('\n').Split('\n'));
        Assert.Equal(2, (await cli.RunAsync("logs", "--since", "23:59:58")).Out.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public async Task Logs_WithGarbage_SayHowMuchWasLeftOut()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Finished(cli);
        File.WriteAllLines(Path.Combine(directory.Logs, "agent.jsonl"),
            ["one", Line(1, "info", "agent", "session.started", Other), "two", $$"""{"ts":"{{new string('x', 1 << 20)}}"}"""]);
        File.AppendAllText(Path.Combine(directory.Logs, "agent.jsonl"), "{\"ts\":\"2026-");

        var result = await cli.RunAsync("logs");

        Assert.Equal(0, result.Code);
        Assert.Single(result.Out.TrimEnd('\n').Split('\n'));
        Assert.Equal("2 lines that are no log lines were left out\n1 line longer than 1 MB was left out\n", result.Error);
    }

    [Fact]
    public async Task LogsFollow_OfAnEndedRun_PrintsAndEnds()
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Finished(cli));

        var result = await cli.RunAsync("logs", "--follow", "--tail", "1");

        Assert.Equal(0, result.Code);
        Assert.Contains("shop.fault", result.Out, StringComparison.Ordinal);
        Assert.Single(result.Out.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData(nameof(StopSignal.Interrupt), ExitCodes.Interrupted)]
    [InlineData(nameof(StopSignal.Terminate), ExitCodes.Terminated)]
    public async Task LogsFollow_AtASignal_EndsWithItsCode(string signal, int code)
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Create(cli, SummaryFixture.Run, "running", cli.Time.GetUtcNow(), Environment.ProcessId));
        var following = cli.RunAsync("logs", "-f");
        await cli.Signals.Subscribed.Within(TestContext.Current.CancellationToken);

        cli.Signals.Send(Enum.Parse<StopSignal>(signal));

        var result = await following;
        Assert.Equal((code, ""), (result.Code, result.Error));
    }

    [Fact]
    public async Task LogsFollow_OfARunThatIsAboutToStart_WaitsForIt()
    {
        using var cli = new CliHarness();
        var directory = RunDirectory.Create(RunDirectory.RunsRoot(cli.Directory.Path), SummaryFixture.Run);
        var following = cli.RunAsync("logs", "--follow");
        await cli.Signals.Subscribed.Within(TestContext.Current.CancellationToken);

        Prepare(directory);
        RunsOnDisk.Finished(cli);

        var result = await following;
        Assert.Equal(0, result.Code);
        Assert.Equal(5, result.Out.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public async Task LogsFollow_OfAKilledRun_Ends()
    {
        using var cli = new CliHarness();
        Prepare(RunsOnDisk.Killed(cli, SummaryFixture.Run));

        var result = await cli.RunAsync("logs", "--follow");

        Assert.Equal(0, result.Code);
        Assert.Equal(5, result.Out.TrimEnd('\n').Split('\n').Length);
    }

    internal static void Prepare(RunDirectory directory)
    {
        File.WriteAllLines(Path.Combine(directory.Logs, "agent.jsonl"), [Line(1, "info", "agent", "session.started", SummaryFixture.Trace)]);
        File.WriteAllLines(Path.Combine(directory.Logs, "llm-proxy.jsonl"), [Line(2, "info", "llm-proxy", "llm.call", SummaryFixture.Trace)]);
        File.WriteAllLines(Path.Combine(directory.Logs, "gateway.jsonl"), [Line(3, "info", "gateway", "gateway.request", SummaryFixture.Trace)]);
        File.WriteAllLines(Path.Combine(directory.Logs, "shop.jsonl"),
            [Line(4, "info", "shop", "order.placed", SummaryFixture.Trace), Line(5, "warn", "shop", "shop.fault", Other)]);
    }

    private static string Line(int second, string level, string service, string name, string trace) =>
        $$"""{"ts":"2026-11-21T13:15:0{{second}}.000Z","level":"{{level}}","service":"{{service}}","event":"{{name}}","msg":"something \u001b[31m happened","trace_id":"{{trace}}","run":"{{SummaryFixture.Run}}","agent":"3","session":"3-2"}""";
}
