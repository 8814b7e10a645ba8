using ApeTest.Runs.Logs;
using ApeTest.Runs.Logs.Loki;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Loki;

namespace ApeTest.Runs.Tests.Logs.Loki;

public sealed class LokiLogReaderTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static readonly DateTimeOffset Start = new(2026, 11, 21, 13, 15, 2, TimeSpan.Zero);

    [Fact]
    public async Task Read_RecordOfOtlp_IsALineAsInFiles()
    {
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        loki.Add(Start.AddMilliseconds(114), "checkout answered 503",
            ("service_name", "gateway"), ("event", "gateway.request"), ("severity_number", "13"), ("severity_text", "Warning"), ("detected_level", "warn"),
            ("observed_timestamp", "1795266902114000000"), ("scope_name", "ApeTest.Gateway"), ("telemetry_sdk_name", "opentelemetry"), ("flags", "1"),
            ("trace_id", Trace), ("span_id", "00f067aa0ba902b7"), ("run", "r1"), ("agent", "3"), ("session", "3-2"), ("action", "4"),
            ("status", "503"), ("duration_s", "0.25"), ("path", "/checkout"), ("retried", "false"), ("code", "007"));

        var line = Assert.Single(await ReadAsync(loki, new LogQuery()));
        Assert.Equal(
            """{"ts":"2026-11-21T13:15:02.114Z","level":"warn","service":"gateway","event":"gateway.request","msg":"checkout answered 503","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","run":"r1","agent":"3","session":"3-2","action":"4","code":"007","duration_s":0.25,"path":"/checkout","retried":false,"status":503}""",
            line.Text);
        Assert.Equal("""{service_name=~".+"} | json | drop __error__, __error_details__ | run="r1\"\\" """.TrimEnd(), await QueryAsync(loki, "r1\"\\", new LogQuery()));
    }

    [Fact]
    public async Task Read_LineThatWasPushed_IsTheLine()
    {
        const string pushed = """{"ts":"2026-11-21T13:15:02.114Z","level":"warn","service":"gateway","event":"gateway.request","msg":"checkout answered 503","run":"r1","session":"3-2","status":503}""";
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        // As Loki keeps it: two labels that were sent, and one that it adds.
        loki.Add(Start.AddMilliseconds(114), pushed, ("service", "gateway"), ("level", "warning"), ("service_name", "gateway"));

        Assert.Equal([pushed], (await ReadAsync(loki, new LogQuery())).Select(static line => line.Text));
        Assert.Single(await ReadAsync(loki, new LogQuery { Session = "3-2" }));
        Assert.Empty(await ReadAsync(loki, new LogQuery { Session = "3-1" }));
    }

    [Theory]
    [InlineData("--service", """{service_name="gateway"} | json | drop __error__, __error_details__ | run="r1" """)]
    [InlineData("--session", """{service_name=~".+"} | json | drop __error__, __error_details__ | run="r1" | session="3-2" """)]
    [InlineData("--agent", """{service_name=~".+"} | json | drop __error__, __error_details__ | run="r1" | agent="3" """)]
    [InlineData("--event", """{service_name=~".+"} | json | drop __error__, __error_details__ | run="r1" | event="e" """)]
    [InlineData("--level", """{service_name=~".+"} | json | drop __error__, __error_details__ | run="r1" | level!~"trace|debug|info" """)]
    [InlineData("trace", """{service_name=~".+"} | json | drop __error__, __error_details__ | run="r1" | trace_id="4bf92f3577b34da6a3ce929d0e0e4736" """)]
    [InlineData("--grep", """{service_name=~".+"} | json | drop __error__, __error_details__ | run="r1" """)]
    public async Task Read_Filter_AsksForNoMoreThanItNeeds(string filter, string expected)
    {
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        var query = filter switch
        {
            "--service" => new LogQuery { Service = "gateway" },
            "--session" => new LogQuery { Session = "3-2" },
            "--agent" => new LogQuery { Agent = "3" },
            "--event" => new LogQuery { Event = "e" },
            "--level" => new LogQuery { Level = "warn" },
            "trace" => new LogQuery { Grep = Trace.ToUpperInvariant() },
            _ => new LogQuery { Grep = "timeout" },
        };

        Assert.Equal(expected.TrimEnd(), await QueryAsync(loki, "r1", query));
    }

    [Fact]
    public async Task Read_Filters_HoldAsForFiles()
    {
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        Add(loki, 1, "one", ("severity_number", "9"), ("level", "info"), ("session", "1-1"));
        // Of a shipper that names no level.
        Add(loki, 2, "two timeout", ("severity_number", "17"), ("session", "1-2"));
        Add(loki, 3, "three", ("severity_number", "13"), ("level", "warn"), ("session", "1-2"), ("status", "503"));

        Assert.Equal(["two timeout", "three"], Messages(await ReadAsync(loki, new LogQuery { Level = "warn" })));
        Assert.Equal(["two timeout"], Messages(await ReadAsync(loki, new LogQuery { Grep = "TIMEOUT" })));
        Assert.Equal(["two timeout", "three"], Messages(await ReadAsync(loki, new LogQuery { Session = "1-2" })));
        Assert.Equal(["three"], Messages(await ReadAsync(loki, new LogQuery { Pattern = LogPattern.Parse("\"status\":5\\d\\d") })));
        Assert.Equal(["two timeout"], Messages(await ReadAsync(loki, new LogQuery { Since = Start.AddSeconds(1.5), Until = Start.AddSeconds(2.5) })));
        Assert.Equal(["three"], Messages(await ReadAsync(loki, new LogQuery { Tail = 1 })));
        Assert.Empty(await ReadAsync(loki, new LogQuery { Service = "gateway" }));
    }

    [Fact]
    public async Task Read_LineOfSerilogsSink_IsTheLineItself()
    {
        const string line = """{"ts":"2026-11-21T13:15:02.114Z","level":"warn","service":"gateway","event":"gateway.request","msg":"checkout answered 503","run":"r1","session":"3-2","code":"007","status":503}""";
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        // Loki names the service of a label by that name.
        loki.Add(Start.AddMilliseconds(114), line + "\n", ("service", "gateway"), ("service_name", "gateway"), ("level", "warning"));
        Add(loki, 1, "of another service");

        Assert.Equal(line, Assert.Single(await ReadAsync(loki, new LogQuery { Level = "warn" })).Text);
        Assert.Equal(line, Assert.Single(await ReadAsync(loki, new LogQuery { Service = "gateway", Session = "3-2" })).Text);
        Assert.Empty(await ReadAsync(loki, new LogQuery { Session = "3-3" }));
    }

    [Fact]
    public async Task Read_MoreThanAPage_AllOnceAndInOrder()
    {
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        // Twelve to a millisecond, so that pages break within one.
        for (var i = 0; i < (LokiLogReader.PageLines * 3) + 7; i++)
        {
            loki.Add(Start.AddMilliseconds(i / 12), $"line {i:D5}", ("service_name", i % 2 == 0 ? "agent" : "gateway"), ("run", "r1"));
        }

        var messages = Messages(await ReadAsync(loki, new LogQuery()));
        Assert.Equal((LokiLogReader.PageLines * 3) + 7, messages.Count);
        Assert.Equal(messages.Count, messages.Distinct().Count());
        Assert.Equal(messages.Select(message => int.Parse(message[5..]) / 12), messages.Select(message => int.Parse(message[5..]) / 12).Order());
    }

    [Fact]
    public async Task Follow_LineThatComesLate_IsShownOnce()
    {
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        var time = new FakeTimeProvider(Start.AddSeconds(10));
        Add(loki, 5, "first");
        var over = false;
        var reader = new LokiLogReader(http, loki.Url, "r1", new LogQuery(), time);
        var lines = reader.FollowAsync(Start, _ => ValueTask.FromResult(over), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("first", lines.Current.Message);
        // Logged before, and sent by an exporter that was slower.
        Add(loki, 4, "late");
        var next = lines.MoveNextAsync().AsTask();
        await TickAsync(time, next);
        Assert.Equal("late", lines.Current.Message);

        over = true;
        var end = lines.MoveNextAsync().AsTask();
        await TickAsync(time, end);
        Assert.False(await end);
        await lines.DisposeAsync();
    }

    [Fact]
    public async Task Read_LokiRefusesOrIsGone_SaysSo()
    {
        var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        loki.Refusal = "parse error at line 1";
        var refused = await Assert.ThrowsAsync<ApeTestException>(() => ReadAsync(loki, new LogQuery()));
        Assert.Contains("400: parse error", refused.Message, StringComparison.Ordinal);
        var url = loki.Url;
        await loki.DisposeAsync();
        var gone = await Assert.ThrowsAsync<ApeTestException>(() => ReadAsync(url, "r1", new LogQuery()));
        Assert.Equal(ExitCodes.Environment, gone.ExitCode);
    }

    [Fact]
    public async Task Read_SameWordsTwiceInAMillisecond_AreTwoLines()
    {
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        loki.Add(Start, "again", ("service_name", "agent"), ("run", "r1"));
        loki.Add(Start.AddMicroseconds(300), "again", ("service_name", "agent"), ("run", "r1"));

        Assert.Equal(["again", "again"], Messages(await ReadAsync(loki, new LogQuery())));
    }

    [Theory]
    [InlineData("""{"status":"ok"}""")]
    [InlineData("""{"data":null}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task Read_OfWhatIsNoLoki_SaysSo(string answer)
    {
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        loki.Answers = answer;

        var failure = await Assert.ThrowsAsync<ApeTestException>(() => ReadAsync(loki, new LogQuery()));
        Assert.Equal(ExitCodes.Environment, failure.ExitCode);
        Assert.Contains("is no Loki", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_LokiThatHangs_SaysSo()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(200) };
        var reader = new LokiLogReader(http, new Uri($"http://{silent.LocalEndpoint}"), "r1", new LogQuery(), new FakeTimeProvider(Start));

        var failure = await Assert.ThrowsAsync<ApeTestException>(async () => await reader.ReadAsync(Start, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken).MoveNextAsync());
        Assert.Equal(ExitCodes.Environment, failure.ExitCode);
        Assert.Contains("did not answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_NameAndPasswordInTheUrl_AreSentAndNotTold()
    {
        await using var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        Add(loki, 1, "one");
        var url = new UriBuilder(loki.Url) { UserName = "tenant", Password = "s%40crt" }.Uri;

        Assert.Equal(["one"], Messages(await ReadAsync(url, "r1", new LogQuery())));
        Assert.Equal("Basic " + Convert.ToBase64String("tenant:s@crt"u8), Assert.Single(loki.Authorizations));
        loki.Refusal = "no";
        var refused = await Assert.ThrowsAsync<ApeTestException>(() => ReadAsync(url, "r1", new LogQuery()));
        Assert.DoesNotContain("crt", refused.Message, StringComparison.Ordinal);
    }

    private static void Add(FakeLoki loki, int second, string message, params (string Name, string Value)[] labels) =>
        loki.Add(Start.AddSeconds(second), message, [("service_name", "agent"), ("run", "r1"), .. labels]);

    private static List<string> Messages(IEnumerable<LogLine> lines) => [.. lines.Select(line => line.Message!)];

    private static Task<List<LogLine>> ReadAsync(FakeLoki loki, LogQuery query) => ReadAsync(loki.Url, "r1", query);

    private static async Task<List<LogLine>> ReadAsync(Uri loki, string run, LogQuery query)
    {
        using var http = new HttpClient();
        var lines = new List<LogLine>();
        await foreach (var line in new LokiLogReader(http, loki, run, query, new FakeTimeProvider(Start.AddMinutes(1))).ReadAsync(Start, TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }
        return lines;
    }

    private static async Task<string> QueryAsync(FakeLoki loki, string run, LogQuery query)
    {
        loki.Queries.Clear();
        await ReadAsync(loki.Url, run, query);
        return Assert.Single(loki.Queries);
    }

    private static async Task TickAsync(FakeTimeProvider time, Task until)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        while (!until.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(until, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token));
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
