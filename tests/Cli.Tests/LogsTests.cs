using ApeTest.Runs.Directory;

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

    private static void Prepare(RunDirectory directory)
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
