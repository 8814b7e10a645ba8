using System.Net;
using ApeTest.LlmProxy.Queueing;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Queueing;

public sealed class ConcurrencyGateTests
{
    [Fact]
    public async Task Enter_WhenFull_WaitsInOrder()
    {
        var gate = new ConcurrencyGate(1, 10, TimeSpan.FromSeconds(5), new FakeTimeProvider());
        var token = TestContext.Current.CancellationToken;
        Assert.Equal(GateResult.Entered, await gate.EnterAsync("key", token));
        var waiting = Enumerable.Range(0, 3).Select(_ => gate.EnterAsync("key", token).AsTask()).ToList();
        for (var i = 0; i < 3; i++)
        {
            Assert.All(waiting.Skip(i), task => Assert.False(task.IsCompleted));
            gate.Leave();
            Assert.Equal(GateResult.Entered, await waiting[i].Within(token));
        }
    }

    [Fact]
    public async Task Enter_DeadlineOrFullOrCancelled_SaysSo()
    {
        var clock = new FakeTimeProvider();
        var gate = new ConcurrencyGate(1, 2, TimeSpan.FromSeconds(5), clock);
        var token = TestContext.Current.CancellationToken;
        await gate.EnterAsync("key", token);
        using var client = new CancellationTokenSource();
        var late = gate.EnterAsync("key", token).AsTask();
        var gone = gate.EnterAsync("key", client.Token).AsTask();
        Assert.Equal(GateResult.Full, await gate.EnterAsync("key", token));
        await client.CancelAsync();
        Assert.Equal(GateResult.Cancelled, await gone.Within(token));
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(GateResult.TimedOut, await late.Within(token));
        Assert.Equal(0, gate.Waiting);
        gate.Leave();
        Assert.Equal(GateResult.Entered, await gate.EnterAsync("key", token));
    }

    [Fact]
    public async Task Proxy_QueueDeadline_Is503AndMeasured()
    {
        var release = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        await using var upstream = await FakeChatServer.StartAsync();
        upstream.OnChat = async context =>
        {
            arrived.TrySetResult();
            await release.Task;
            await FakeChatServer.WriteAsync(context, Events.Hello);
        };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream, options =>
        {
            options.Queue.Concurrency = 1;
            options.Queue.Deadline = TimeSpan.FromMilliseconds(50);
        }));
        var first = proxy.ReadAsync(ProxyHost.Chat());
        await arrived.Task.Within(TestContext.Current.CancellationToken);
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("queue_timeout", ProxyHost.Code(body));
        Assert.Equal("1", response.Headers.GetValues("retry-after").Single());
        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).Response.StatusCode);
    }
}
