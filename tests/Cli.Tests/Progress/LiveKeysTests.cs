using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ApeTest.Cli.Progress;
using ApeTest.Runs.Logs;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests.Progress;

public sealed class LiveKeysTests
{
    [Theory]
    [InlineData("+", 20, 22)]
    [InlineData("-", 20, 18)]
    [InlineData("+", 1, 2)]
    [InlineData("-", 1, 1)]
    [InlineData("+", 1000, 1100)]
    [InlineData("++", 20, 24)]
    [InlineData("=_", 20, 20)]
    public async Task Press_PlusAndMinus_ScaleByTenPerCent(string keys, int before, int after)
    {
        var controls = new FakeControls();
        await using var live = new LiveKeys(controls, new FakeTimeProvider());

        foreach (var key in keys)
        {
            live.Press(key, LiveRun.Progress() with { AgentsTarget = before });
            // Its answer is taken before the next key.
            Assert.NotNull(live.Note);
        }

        Assert.Equal(after, controls.Agents[^1]);
        Assert.Equal($"{after} agents asked for", live.Note);
    }

    [Fact]
    public async Task Note_AfterSomeSeconds_IsGone()
    {
        var time = new FakeTimeProvider();
        await using var live = new LiveKeys(new FakeControls(), time);
        live.Press('+', LiveRun.Progress());
        Assert.NotNull(live.Note);

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(live.Note);
    }

    [Fact]
    public async Task Press_OtherKeys_DoWhatTheHelpSays()
    {
        var controls = new FakeControls();
        await using var live = new LiveKeys(controls, new FakeTimeProvider());

        live.Press('x', LiveRun.Progress());
        Assert.Equal((0, null, null), (controls.Quits, live.Help, live.Log));

        live.Press('?', LiveRun.Progress());
        Assert.Contains("l        show or hide the end of the log", live.Help!);
        live.Press('?', LiveRun.Progress());
        Assert.Null(live.Help);

        live.Press('q', LiveRun.Progress());
        live.Press('Q', LiveRun.Progress());
        Assert.Equal(2, controls.Quits);
    }

    [Fact]
    public async Task Press_L_ShowsTheLogAndHidesItAgain()
    {
        var controls = new FakeControls();
        await using var live = new LiveKeys(controls, new FakeTimeProvider());

        live.Press('l', LiveRun.Progress());
        await controls.Following.Task.Within(TestContext.Current.CancellationToken);
        Assert.NotNull(live.Log);
        live.Press('l', LiveRun.Progress());

        Assert.Null(live.Log);
        await controls.Left.Task.Within(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task View_KeyPressed_IsObeyedAtOnce()
    {
        var keys = Channel.CreateUnbounded<char>();
        var controls = new FakeControls();
        using var output = new StringWriter { NewLine = "\n" };
        using var end = new CancellationTokenSource();
        // A clock that stands still: only the key can wake the view.
        var environment = ProgressTests.EnvironmentOf(output, new FakeTimeProvider(), keys: new FakeKeys(keys.Reader));
        var shown = new LiveProgress(environment, output, noColor: true, controls).ShowAsync(() => new RunSnapshot(LiveRun.Progress()), end.Token);

        await keys.Writer.WriteAsync('q', TestContext.Current.CancellationToken);
        await controls.Quitted.Task.Within(TestContext.Current.CancellationToken);
        await end.CancelAsync();
        await shown.Within(TestContext.Current.CancellationToken);

        Assert.EndsWith("\e[J\e[?25h\e[?2026l", output.ToString(), StringComparison.Ordinal);
    }

    private sealed class FakeKeys(ChannelReader<char> keys) : IKeySource
    {
        public ChannelReader<char> Listen(CancellationToken cancellationToken) => keys;
    }

    private sealed class FakeControls : ILiveControls
    {
        public List<int> Agents { get; } = [];

        public int Quits { get; private set; }

        public TaskCompletionSource Quitted { get; } = new();

        public TaskCompletionSource Following { get; } = new();

        public TaskCompletionSource Left { get; } = new();

        public string QuitWord => "stop";

        public void Quit()
        {
            Quits++;
            Quitted.TrySetResult();
        }

        public Task<string> ScaleAsync(int agents, CancellationToken cancellationToken)
        {
            Agents.Add(agents);
            return Task.FromResult($"{agents} agents asked for");
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> FollowLogAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Following.TrySetResult();
            try
            {
                yield return [];
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                Left.TrySetResult();
            }
        }
    }
}
