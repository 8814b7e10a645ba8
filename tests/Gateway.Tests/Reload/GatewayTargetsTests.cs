using System.Diagnostics.Metrics;
using ApeTest.Gateway.Forwarding;
using ApeTest.Gateway.Reload;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Gateway.Tests.Reload;

public sealed class GatewayTargetsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _services.Dispose();

    private static TargetOptions Target(string name, string timeout = "30s") => new() { Name = name, Url = "http://127.0.0.1:5080", Timeout = timeout };

    private static GatewayFile FileOf(params TargetOptions[] targets) => new() { Targets = [.. targets] };

    private GatewayTargets Create(GatewayFile file) => new(file, new TargetMetrics(_services.GetRequiredService<IMeterFactory>()), _time);

    [Fact]
    public void Replace_SameTarget_KeepsItsState_ChangedOneDoesNot()
    {
        using var targets = Create(FileOf(Target("same"), Target("other")));
        var before = targets.Current;

        var after = targets.Replace(FileOf(Target("same"), Target("other", "5s")));

        Assert.Equal((1, 2), (before.Policy.Revision, after.Policy.Revision));
        Assert.Same(before.Policy.Find("same"), after.Policy.Find("same"));
        Assert.NotSame(before.Policy.Find("other"), after.Policy.Find("other"));
        Assert.Same(after, targets.Current);
    }

    [Fact]
    public void Replace_BudgetGoesOn()
    {
        var file = FileOf(Target("a"));
        file.Limits.RequestBudget = 2;
        using var targets = Create(file);
        Assert.True(Prepare(targets).Allowed);

        var next = FileOf(Target("a"), Target("b"));
        next.Limits.RequestBudget = 2;
        targets.Replace(next);

        Assert.True(Prepare(targets).Allowed);
        Assert.Equal(TargetErrors.Budget, Prepare(targets).ErrorType);
    }

    [Fact]
    public void Replace_FaultsSwitchedAtRunTime_StayUntilTheFilesFaultsChange()
    {
        using var targets = Create(FileOf(Target("a")));
        var switched = new FaultPlan([new FaultOptions { Abort = true }]);
        targets.SwitchFaults(switched);

        targets.Replace(FileOf(Target("a"), Target("b")));
        Assert.Same(switched, targets.Current.Policy.Faults);

        var file = FileOf(Target("a"));
        file.Faults = [new FaultOptions { Status = 503 }];
        targets.Replace(file);
        Assert.Equal(503, Assert.Single(targets.Current.Policy.Faults.Faults).Status);
    }

    [Fact]
    public void Replace_RaisesReplacedWithTheNewState()
    {
        using var targets = Create(FileOf(Target("a")));
        GatewayState? raised = null;
        targets.Replaced += state => raised = state;

        Assert.Same(targets.Replace(FileOf(Target("b"))), raised);
    }

    [Fact]
    public void Retired_DisposedAfterTheLongestRequest_NotBefore()
    {
        using var retired = new RetiredHandlers(_time);
        using var handler = new SocketsHttpHandler();
        retired.Add(handler, TimeSpan.FromMinutes(2));

        _time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(1, retired.Count);
        Assert.False(IsDisposed(handler));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, retired.Count);
        Assert.True(IsDisposed(handler));
    }

    [Fact]
    public void Retired_Many_OldestGoFirst()
    {
        using var retired = new RetiredHandlers(_time);
        using var oldest = new SocketsHttpHandler();
        using var second = new SocketsHttpHandler();
        retired.Add(oldest, TimeSpan.Zero);
        retired.Add(second, TimeSpan.Zero);

        for (var i = 1; i < RetiredHandlers.Most; i++)
        {
#pragma warning disable CA2000 // Disposed by what takes it.
            retired.Add(new SocketsHttpHandler(), TimeSpan.Zero);
#pragma warning restore CA2000
        }

        Assert.Equal(RetiredHandlers.Most, retired.Count);
        Assert.True(IsDisposed(oldest));
        Assert.False(IsDisposed(second));
    }

    [Fact]
    public void Difference_NamesTargets_NeverValues()
    {
        var after = FileOf(Target("same"), Target("changed", "5s"), Target("new"));
        after.Limits.BodyBytes = 1;
        after.Faults = [new FaultOptions { Abort = true }];

        var difference = FileDifference.Between(FileOf(Target("same"), Target("changed"), Target("gone")), after);

        Assert.Equal("added new; removed gone; changed changed; faults; limits", difference.ToString());
        Assert.True(FileDifference.Between(after, after).IsNone);
    }

    private static Verdict Prepare(GatewayTargets targets)
    {
        var request = new TargetRequest { Method = HttpMethod.Get, Url = new Uri("http://127.0.0.1:5080/"), Target = "a" };
        return targets.Current.Policy.Prepare(ref request);
    }

    private static bool IsDisposed(SocketsHttpHandler handler)
    {
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "ftp://x/");
        // Refused for its scheme where the handler lives: nothing is ever sent.
        return Record.Exception(() => invoker.Send(request, TestContext.Current.CancellationToken)) is ObjectDisposedException;
    }
}
