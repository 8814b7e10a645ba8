using ApeTest.LlmProxy.Queueing;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Queueing;

public sealed class FairnessTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SemaphoreSlim _noted = new(0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _noted.Dispose();

    [Fact]
    public async Task Leave_OneClientWithAHundredWaiting_AnothersFirstIsSecondInTurn()
    {
        var gate = await FullAsync(1000);
        var many = Enter(gate, "many", 100);
        var one = gate.EnterAsync("one", Token).AsTask();
        gate.Leave();
        gate.Leave();
        Assert.Equal(GateResult.Entered, await one.Within(Token));
        Assert.Equal(GateResult.Entered, await many[0].Within(Token));
        Assert.False(many[1].IsCompleted);
    }

    [Fact]
    public async Task Leave_SeveralClients_TakeTurnsAndKeepTheirOwnOrder()
    {
        var gate = await FullAsync(1000);
        List<string> order = [];
        List<Task> calls = [];
        foreach (var call in new[] { "a1", "a2", "a3", "a4", "b1", "b2", "c1" })
        {
            calls.Add(NoteAsync(call));
        }

        for (var i = 0; i < calls.Count; i++)
        {
            gate.Leave();
            await _noted.WaitAsync(TestTimeouts.Default, Token);
        }

        await Task.WhenAll(calls).Within(Token);
        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "a3", "a4"], order);

        async Task NoteAsync(string call)
        {
            Assert.Equal(GateResult.Entered, await gate.EnterAsync(call[..1], Token));
            order.Add(call);
            _noted.Release();
        }
    }

    [Fact]
    public async Task Leave_PlaceIsPassedOn_NobodyOvertakes()
    {
        var gate = await FullAsync(10);
        var first = gate.EnterAsync("a", Token).AsTask();
        gate.Leave();
        var late = gate.EnterAsync("b", Token).AsTask(); // although the call before it may not have run on yet
        Assert.Equal(GateResult.Entered, await first.Within(Token));
        Assert.False(late.IsCompleted);
        gate.Leave();
        Assert.Equal(GateResult.Entered, await late.Within(Token));
        gate.Leave();
        Assert.True(gate.EnterAsync("c", Token).IsCompleted);
    }

    [Fact]
    public async Task Enter_QueueFilledByOneClient_AnotherTakesItsLastPlace()
    {
        var gate = await FullAsync(100);
        var many = Enter(gate, "many", 100);
        Assert.Equal(GateResult.Full, await gate.EnterAsync("many", Token));
        var one = gate.EnterAsync("one", Token).AsTask();
        Assert.Equal(GateResult.Full, await many[99].Within(Token));
        Assert.Equal(100, gate.Waiting);
        Assert.All(many.Take(99), call => Assert.False(call.IsCompleted));
        gate.Leave();
        gate.Leave();
        Assert.Equal(GateResult.Entered, await one.Within(Token));
    }

    [Fact]
    public async Task Enter_QueueFilledByEqualLines_IsFull()
    {
        var gate = await FullAsync(4);
        var calls = Enter(gate, "a", 1).Concat(Enter(gate, "b", 1)).Concat(Enter(gate, "c", 1)).Concat(Enter(gate, "d", 1)).ToList();
        Assert.Equal(GateResult.Full, await gate.EnterAsync("e", Token));
        Assert.Equal(GateResult.Full, await gate.EnterAsync("a", Token));
        Assert.All(calls, call => Assert.False(call.IsCompleted));
    }

    [Fact]
    public async Task Enter_LengthZero_NothingWaits()
    {
        var gate = await FullAsync(0);
        Assert.Equal(GateResult.Full, await gate.EnterAsync("a", Token));
    }

    [Fact]
    public async Task GiveUp_InTheMiddleOfALine_TheOthersKeepTheirOrder()
    {
        var gate = await FullAsync(10);
        using var gone = new CancellationTokenSource();
        var first = gate.EnterAsync("a", Token).AsTask();
        var second = gate.EnterAsync("a", gone.Token).AsTask();
        var third = gate.EnterAsync("a", Token).AsTask();
        await gone.CancelAsync();
        Assert.Equal(GateResult.Cancelled, await second.Within(Token));
        gate.Leave();
        Assert.Equal(GateResult.Entered, await first.Within(Token));
        gate.Leave();
        Assert.Equal(GateResult.Entered, await third.Within(Token));
        Assert.Equal(0, gate.Waiting);
    }

    [Fact]
    public async Task Enter_AlreadyCancelled_DoesNotWait()
    {
        var gate = await FullAsync(10);
        Assert.Equal(GateResult.Cancelled, await gate.EnterAsync("a", new CancellationToken(canceled: true)).AsTask().Within(Token));
        Assert.Equal(0, gate.Waiting);
    }

    [Fact]
    public async Task Deadline_EachCountsItsOwn()
    {
        var gate = await FullAsync(10);
        var early = gate.EnterAsync("a", Token).AsTask();
        await _clock.WaitForTimersAsync(1, Token);
        _clock.Advance(TimeSpan.FromSeconds(3));
        var late = gate.EnterAsync("a", Token).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(GateResult.TimedOut, await early.Within(Token));
        Assert.False(late.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(GateResult.TimedOut, await late.Within(Token));
    }

    [Fact]
    public async Task Enter_ManyClientsComingAndGoing_NeverMoreThanThePlacesAndNoneLost()
    {
        var gate = new ConcurrencyGate(3, 10_000, TimeSpan.FromSeconds(5), _clock);
        var (inside, most, entered) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => Task.Run(async () =>
        {
            using var client = new CancellationTokenSource();
            var turn = gate.EnterAsync($"client-{i % 11}", client.Token);
            if (i % 5 == 0)
            {
                await client.CancelAsync(); // races with being served
            }

            if (await turn == GateResult.Entered)
            {
                Interlocked.Increment(ref entered);
                InterlockedMax(ref most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                gate.Leave();
            }
        }))).Within(Token);
        Assert.InRange(most, 1, 3);
        Assert.InRange(entered, 480, 600);
        Assert.Equal(0, gate.Waiting);
        Assert.Equal(0, _clock.PendingTimers);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(gate.EnterAsync("after", Token).IsCompleted); // every place came back
        }

        Assert.False(gate.EnterAsync("after", Token).IsCompleted);
    }

    [Fact]
    public void Enter_PlaceFree_AllocatesNothing()
    {
        var gate = new ConcurrencyGate(4, 10, TimeSpan.FromSeconds(5), _clock);
        Turn(gate);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Turn(gate);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Turn(ConcurrencyGate gate)
        {
            if (!gate.EnterAsync("a", CancellationToken.None).IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("a place was free");
            }

            gate.Leave();
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private static List<Task<GateResult>> Enter(ConcurrencyGate gate, string client, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => gate.EnterAsync(client, Token).AsTask())];

    /// <summary>A gate with one place, which is taken.</summary>
    private async Task<ConcurrencyGate> FullAsync(int length)
    {
        var gate = new ConcurrencyGate(1, length, TimeSpan.FromSeconds(5), _clock);
        Assert.Equal(GateResult.Entered, await gate.EnterAsync("first", Token));
        return gate;
    }
}
