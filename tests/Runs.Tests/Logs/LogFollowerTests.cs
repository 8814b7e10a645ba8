using System.Globalization;
using System.Threading.Channels;
using ApeTest.Runs.Logs;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Logs;

public sealed class LogFollowerTests : IAsyncLifetime
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly TempDirectory _temp = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _cancelled = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();
    private LogReader? _reader;
    private Task? _following;
    private volatile bool _ended;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _cancelled.CancelAsync();
        await Task.WhenAny(_following ?? Task.CompletedTask).Within(CancellationToken.None);
        _reader?.Dispose();
        _cancelled.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Follow_LinesOfTwoServices_ComeInOrderOfTimeWithinHalfASecond()
    {
        Append("agent", LogLines.Of(1, message: "1"));
        Start(new LogQuery());

        await PassAsync(1);
        Append("agent", LogLines.Of(3, message: "3"));
        await PassAsync(1);
        Append("gateway", LogLines.Of(2, "gateway", message: "2"));
        await PassAsync(4);

        Assert.Equal(["1", "2", "3"], Seen());
    }

    [Fact]
    public async Task Follow_BeforeTheFirstLine_WaitsForTheDirectory()
    {
        Start(new LogQuery());
        await PassAsync(2);

        Append("shop", LogLines.Of(1, "shop", message: "late"));
        await PassAsync(5);

        Assert.Equal(["late"], Seen());
    }

    [Fact]
    public async Task Follow_ThroughRotation_MissesAndRepeatsNothing()
    {
        Start(new LogQuery { Service = "agent" });
        var expected = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            var file = i / 2 == 0 ? "agent" : $"agent_{i / 2:000}";
            var number = i.ToString(CultureInfo.InvariantCulture);
            Append(file, LogLines.Of(i, message: number));
            Append("gateway", LogLines.Of(i, "gateway", message: "no"));
            expected.Add(number);
            if (i == 9)
            {
                // As the services do: of one service only the latest files are kept.
                await PassAsync(1);
                File.Delete(_temp.Combine("logs", "agent.jsonl"));
            }
            await PassAsync(1);
        }
        await PassAsync(4);

        Assert.Equal(expected, Seen());
    }

    [Fact]
    public async Task Follow_ALineWrittenInParts_ComesOnceItIsWhole()
    {
        Start(new LogQuery());
        var line = LogLines.Of(1, message: "whole");
        AppendRaw("agent", line[..30]);
        await PassAsync(5);
        Assert.Empty(Seen());

        AppendRaw("agent", line[30..] + "\n");
        await PassAsync(5);

        Assert.Equal(["whole"], Seen());
    }

    [Fact]
    public async Task Follow_TheRunEnds_GivesItsLastLinesAndEnds()
    {
        Append("agent", LogLines.Of(1, message: "1"));
        Start(new LogQuery());
        await PassAsync(1);

        _ended = true;
        await PassAsync(2);
        // The services write their last lines while the run is over already; one has no newline.
        AppendRaw("agent", LogLines.Of(2, message: "2"));
        await PassAsync(12);
        await _following!.Within(TestContext.Current.CancellationToken);

        Assert.Equal(["1", "2"], Seen());
    }

    [Fact]
    public async Task Follow_WithTail_BeginsWithTheLastLinesThatAreThere()
    {
        Append("agent", LogLines.Of(1, message: "1"), LogLines.Of(2, message: "2"), LogLines.Of(3, message: "3"));
        Start(new LogQuery { Tail = 2 });
        await PassAsync(1);

        Append("agent", LogLines.Of(4, message: "4"), LogLines.Of(5, message: "5"), LogLines.Of(6, message: "6"));
        await PassAsync(5);

        Assert.Equal(["2", "3", "4", "5", "6"], Seen());
    }

    [Fact]
    public async Task Follow_Cancelled_EndsWithCancellation()
    {
        Start(new LogQuery());
        await PassAsync(1);

        await _cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _following!.Within(TestContext.Current.CancellationToken));
    }

    private void Start(LogQuery query)
    {
        _reader = new LogReader(_temp.Combine("logs"), query);
        _following = FollowAsync(new LogFollower(_reader, () => _ended, _time));
    }

    private async Task FollowAsync(LogFollower follower)
    {
        await foreach (var lines in follower.FollowAsync(_cancelled.Token))
        {
            foreach (var line in lines)
            {
                _seen.Writer.TryWrite(line.Message!);
            }
        }
    }

    /// <summary>Lets it look so many times. It has looked, and waits for the clock, whenever this returns.</summary>
    private async Task PassAsync(int polls)
    {
        for (var i = 0; i < polls && !_following!.IsCompleted; i++)
        {
            await Task.WhenAny(_following, _time.WaitForTimersAsync(1, TestContext.Current.CancellationToken));
            _time.Advance(Poll);
        }
        await Task.WhenAny(_following!, _time.WaitForTimersAsync(1, TestContext.Current.CancellationToken));
    }

    private List<string> Seen()
    {
        var seen = new List<string>();
        while (_seen.Reader.TryRead(out var message))
        {
            seen.Add(message);
        }
        return seen;
    }

    private void Append(string file, params string[] lines) => AppendRaw(file, string.Concat(lines.Select(line => line + "\n")));

    private void AppendRaw(string file, string text)
    {
        var path = _temp.Combine("logs", file + ".jsonl");
        System.IO.Directory.CreateDirectory(_temp.Combine("logs"));
        File.AppendAllText(path, text);
    }
}
