using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Directory;

public sealed class LogReaderTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public LogReaderTests()
    {
        _temp.Write("logs/agent_001.jsonl", Line(1, "agent", "info", "session.started") + Line(4, "agent", "warn", "action.failed"));
        _temp.Write("logs/agent.jsonl", Line(7, "agent", "info", "session.ended", agent: "9") + """{"ts":"2026-11-21T13:15:09.0""");
        _temp.Write("logs/gateway.jsonl", Line(2, "gateway", "info", "request") + "garbage\n[]\n{\"msg\":\"no time\"}\n" + Line(5, "gateway", "debug", "request"));
        _temp.Write("logs/shop.jsonl.1", Line(3, "shop", "info", "order.placed"));
        _temp.Write("logs/shop.jsonl", Line(6, "shop", "error", "order.lost", trace: "ffff"));
        _temp.Write("logs/notes.txt", Line(0, "x", "info", "x"));
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Read_RotatedAndTornFiles_IsOneLogInOrderOfTime()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await SecondsAsync(new LogQuery()));
    }

    public static TheoryData<LogQuery, int[]> Queries => new()
    {
        { new LogQuery { Grep = "FFFF" }, [6] },
        { new LogQuery { Grep = "order." }, [3, 6] },
        { new LogQuery { Grep = "say \"hi\" 5" }, [5] },
        { new LogQuery { Service = "gateway" }, [2, 5] },
        { new LogQuery { Agent = "9" }, [7] },
        { new LogQuery { Level = "warn" }, [4, 6] },
        { new LogQuery { Level = "debug", Service = "gateway" }, [2, 5] },
        { new LogQuery { Since = TestRun.Started.AddSeconds(5) }, [6, 7] },
        { new LogQuery { Grep = "nothing like it" }, [] },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Read_WithFilters_GivesTheLinesThatFitAll(LogQuery query, int[] seconds)
    {
        Assert.Equal(seconds, await SecondsAsync(query));
    }

    [Fact]
    public async Task Read_NoLogs_IsEmpty()
    {
        await foreach (var line in LogReader.ReadAsync(_temp.Combine("nowhere"), new LogQuery(), TestContext.Current.CancellationToken))
        {
            Assert.Fail(line.Text);
        }
    }

    [Fact]
    public void Parse_ALine_TakesItsFields()
    {
        var line = LogLine.Parse(Line(1, "agent", "info", "session.started").TrimEnd())!;

        Assert.Equal((TestRun.Started.AddMilliseconds(-114).AddSeconds(1), "agent", "info", "session.started", TestRun.Trace, "3", "3-2"),
            (line.Ts, line.Service, line.Level, line.Event, line.TraceId, line.Agent, line.Session));
    }

    [Fact]
    public void ToQueryString_Filters_AreEscaped()
    {
        Assert.Equal("", new LogQuery().ToQueryString());
        Assert.Equal("?grep=a%26b&level=warn", new LogQuery { Grep = "a&b", Level = "warn" }.ToQueryString());
    }

    private static string Line(int second, string service, string level, string name, string trace = TestRun.Trace, string agent = "3") =>
        $$$"""{"ts":"2026-11-21T13:15:0{{{2 + second}}}.000Z","level":"{{{level}}}","service":"{{{service}}}","event":"{{{name}}}","msg":"say \"hi\" {{{second}}}","trace_id":"{{{trace}}}","agent":{{{agent}}},"session":"3-2","extra":{"deep":[1,2]}}"""
        + "\n";

    private async Task<List<int>> SecondsAsync(LogQuery query)
    {
        var seconds = new List<int>();
        await foreach (var line in LogReader.ReadAsync(_temp.Combine("logs"), query, TestContext.Current.CancellationToken))
        {
            seconds.Add((int)(line.Ts - TestRun.Started.AddMilliseconds(-114)).TotalSeconds);
        }
        return seconds;
    }
}
