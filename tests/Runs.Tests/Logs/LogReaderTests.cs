using ApeTest.Runs.Logs;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Logs;

public sealed class LogReaderTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Read_RotatedFilesOfServices_IsOneLogInOrderOfTime()
    {
        Write("agent.jsonl", LogLines.Of(1), LogLines.Of(4));
        Write("agent_001.jsonl", LogLines.Of(7));
        Write("gateway.jsonl", LogLines.Of(2, "gateway"), LogLines.Of(5, "gateway"));
        Write("shop.jsonl.1", LogLines.Of(3, "shop"));
        Write("shop.jsonl", LogLines.Of(6, "shop"));
        Write("notes.txt", LogLines.Of(0));

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await SecondsAsync(new LogQuery()));
    }

    [Fact]
    public async Task Read_LinesOfOneMillisecond_AreInTheOrderOfAnAction()
    {
        Write("agent.jsonl", LogLines.Of(1, name: "session.started"), LogLines.Of(1, name: "model.completed"), LogLines.Of(1, name: "action.completed"));
        Write("gateway.jsonl", LogLines.Of(1, "gateway", name: "gateway.request"));
        Write("llm-proxy.jsonl", LogLines.Of(1, "llm-proxy", name: "llm.request"));
        Write("shop.jsonl", LogLines.Of(1, "shop", name: "http.request"));

        Assert.Equal(["session.started", "llm.request", "model.completed", "http.request", "gateway.request", "action.completed"],
            (await ReadAsync(new LogQuery())).Select(line => line.Event));
    }

    [Fact]
    public async Task Read_LinesOfOneMillisecondInOneFile_StayAsTheyWereWritten()
    {
        Write("agent.jsonl", LogLines.Of(1, name: "session.ended"), LogLines.Of(1, name: "session.started"), LogLines.Of(1, name: "block.ended"));

        Assert.Equal(["session.ended", "session.started", "block.ended"], (await ReadAsync(new LogQuery())).Select(line => line.Event));
    }

    [Fact]
    public async Task Read_LinesKeptUntilTheSessionsEnd_StandWhereTheyHappened()
    {
        Write("agent.jsonl", LogLines.Of(5, at: 1), LogLines.Of(5, at: 3), LogLines.Of(5));
        Write("gateway.jsonl", LogLines.Of(2, "gateway"), LogLines.Of(4, "gateway"));

        Assert.Equal([1, 2, 3, 4, 5], await SecondsAsync(new LogQuery()));
        Assert.Equal([1, 2], await SecondsAsync(new LogQuery { Until = LogLines.Start.AddSeconds(2) }));
    }

    [Fact]
    public async Task Read_MoreThanTheWindowHolds_GivesEachLineOnce()
    {
        var lines = Enumerable.Range(0, 40_000).Select(i => LogLines.Of(i / 1000.0, message: new string('m', 200))).ToArray();
        Write("agent.jsonl", lines);
        Write("gateway.jsonl", LogLines.Of(45, "gateway", at: 44));

        var read = await ReadAsync(new LogQuery());

        Assert.Equal([.. lines, LogLines.Of(45, "gateway", at: 44)], read.Select(line => line.Text));
    }

    [Fact]
    public async Task Read_Garbage_IsLeftOutAndCounted()
    {
        Write("agent.jsonl", LogLines.Of(1), "", "garbage", "[]", """{"msg":"no time"}""", """{"ts":"yesterday"}""", """{"ts":1}""",
            "{\"ts\":\"2026-11-21T13:15:04.000Z\",\"msg\":\"raw \u0001\"}", LogLines.Of(2) + LogLines.Of(2), "\0\0\0" + LogLines.Of(2), new string('{', 500) + "}");
        File.AppendAllBytes(_temp.Combine("logs", "agent.jsonl"), [.. "{\"ts\":\"\xff\xfe\"}\n"u8, 0xff, 0xc0, 0x80, 0x0a]);

        var (lines, losses) = await ReadWithLossesAsync(new LogQuery());

        Assert.Equal([1], lines.Select(LogLines.Second));
        Assert.Equal(new LogLosses(11, 0), losses);
    }

    [Fact]
    public async Task Read_TornLastLine_IsLeftOutSilently()
    {
        _temp.Write("logs/agent.jsonl", LogLines.Of(1) + "\n" + LogLines.Of(2)[..40]);
        _temp.Write("logs/gateway.jsonl", LogLines.Of(3, "gateway") + "\n" + LogLines.Of(4, "gateway"));

        var (lines, losses) = await ReadWithLossesAsync(new LogQuery());

        // A last line that is whole counts, though its newline is not there.
        Assert.Equal([1, 3, 4], lines.Select(LogLines.Second));
        Assert.Equal(default, losses);
    }

    [Fact]
    public async Task Read_ALineAboveTheCap_IsLeftOutAndCounted()
    {
        Write("agent.jsonl", LogLines.Of(1), LogLines.Of(2, message: new string('m', LogReader.MostLineBytes)), LogLines.Of(3));

        var (lines, losses) = await ReadWithLossesAsync(new LogQuery());

        Assert.Equal([1, 3], lines.Select(LogLines.Second));
        Assert.Equal(new LogLosses(0, 1), losses);
    }

    [Fact]
    public async Task Read_Tail_GivesTheLastThatFit()
    {
        Write("agent.jsonl", LogLines.Of(1), LogLines.Of(4), LogLines.Of(5, level: "warn"));
        Write("gateway.jsonl", LogLines.Of(2, "gateway"), LogLines.Of(3, "gateway"));

        Assert.Equal([3, 4, 5], await SecondsAsync(new LogQuery { Tail = 3 }));
        Assert.Equal([3], await SecondsAsync(new LogQuery { Tail = 1, Service = "gateway" }));
        Assert.Equal([1, 2, 3, 4, 5], await SecondsAsync(new LogQuery { Tail = 100 }));
    }

    [Fact]
    public async Task Read_NoLogs_IsEmpty() => Assert.Empty(await ReadAsync(new LogQuery()));

    private void Write(string name, params string[] lines) => _temp.Write($"logs/{name}", string.Join('\n', lines) + "\n");

    private async Task<List<double>> SecondsAsync(LogQuery query) => [.. (await ReadAsync(query)).Select(LogLines.Second)];

    private async Task<List<LogLine>> ReadAsync(LogQuery query) => (await ReadWithLossesAsync(query)).Lines;

    private async Task<(List<LogLine> Lines, LogLosses Losses)> ReadWithLossesAsync(LogQuery query)
    {
        using var reader = new LogReader(_temp.Combine("logs"), query);
        var lines = new List<LogLine>();
        await foreach (var line in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }
        return (lines, reader.Losses);
    }
}
