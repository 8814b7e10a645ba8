using ApeTest.Agent.Tests.Fakes;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Agent.Tests.Workers;

public sealed class SlotGateTests
{
    private static readonly TimeSpan Think = TimeSpan.FromSeconds(8);

    [Fact]
    public void Enter_ConstantWithoutThink_LetsAllInAtOnce()
    {
        var gate = Gate(Lease(4), think: TimeSpan.Zero);

        Assert.All(Enumerable.Range(0, 4), slot => Assert.Equal(TimeSpan.Zero, Entered(gate.EnterAsync(slot, S(0.3)))));
        // The next sessions start when the slot asks for them: nothing is late.
        Assert.Equal(S(7), Entered(gate.EnterAsync(2, S(7))));
    }

    [Fact]
    public void Look_ConstantWithThink_LetsEachInAtItsOwnTimeAndSaysWhenTheNextIs()
    {
        var gate = Gate(Lease(4), Think);
        var turns = Enumerable.Range(0, 4).Select(slot => gate.EnterAsync(slot, TimeSpan.Zero)).ToArray();

        // Golden ratio: 0, 0.618, 0.236, 0.854 of 8 s.
        Assert.Equal([true, false, false, false], turns.Select(turn => turn.IsCompleted));
        var rest = gate.Look(S(1));
        Assert.InRange(rest.TotalSeconds, 0.88, 0.90);
        Assert.InRange(gate.Look(S(6.5)).TotalSeconds, 0.33, 0.34);
        Assert.Equal([true, true, true, false], turns.Select(turn => turn.IsCompleted));
        // Meant to start at its own time, though the look came late.
        Assert.Equal(4.944, Entered(turns[1])!.Value.TotalSeconds, 0.001);
        Assert.Equal(TimeSpan.MaxValue, gate.Look(S(20)));
        Assert.Equal(6.833, Entered(turns[3])!.Value.TotalSeconds, 0.001);
    }

    [Fact]
    public void Look_Ramp_LetsSlotsInAsItRises()
    {
        var gate = Gate(Lease(10, scenario => scenario with
        {
            Load = new LoadSpec { Shape = LoadShapeKind.Ramp, From = 2, To = 10, Over = S(8) },
        }), Think);
        var turns = Enumerable.Range(0, 10).Select(slot => gate.EnterAsync(slot, TimeSpan.Zero)).ToArray();

        Assert.Equal(2, turns.Count(turn => turn.IsCompleted));
        gate.Look(S(3));
        Assert.Equal(5, turns.Count(turn => turn.IsCompleted));
        Assert.Equal(5, gate.WantedAt(S(3)));
        Assert.Equal(S(3), Entered(turns[4]));
        gate.Look(S(8));
        Assert.All(turns, turn => Assert.True(turn.IsCompleted));
    }

    [Fact]
    public void Order_Down_LetsTheHighestSlotsInNoMoreAndTouchesNoSession()
    {
        var gate = Gate(Lease(5), think: TimeSpan.Zero);
        Assert.All(Enumerable.Range(0, 5), slot => Assert.NotNull(Entered(gate.EnterAsync(slot, TimeSpan.Zero))));

        gate.Order(new RunOrders(2, StopStage.None), S(3));
        var after = Enumerable.Range(0, 5).Select(slot => gate.EnterAsync(slot, S(4))).ToArray();

        Assert.Equal([true, true, false, false, false], after.Select(turn => turn.IsCompleted));
        Assert.Equal(2, gate.WantedAt(S(4)));
        gate.Look(S(1000));
        Assert.False(after[2].IsCompleted);
        gate.Close();
        Assert.All(after[2..], turn => Assert.Null(Entered(turn)));
    }

    [Fact]
    public void Order_Up_SpreadsTheNewOnesFromThereOnAndLeavesTheOthers()
    {
        var gate = Gate(Lease(5, orders: new RunOrders(2, StopStage.None)), Think);
        var turns = Enumerable.Range(0, 5).Select(slot => gate.EnterAsync(slot, S(10))).ToArray();
        gate.Look(S(20));
        Assert.Equal([true, true, false, false, false], turns.Select(turn => turn.IsCompleted));

        gate.Order(new RunOrders(4, StopStage.None), S(30));
        gate.Look(S(30));
        Assert.Equal(2, turns.Count(turn => turn.IsCompleted));
        gate.Look(S(38));

        Assert.Equal([true, true, true, true, false], turns.Select(turn => turn.IsCompleted));
        // 0.236 and 0.854 of 8 s after the order.
        Assert.Equal(31.889, Entered(turns[2])!.Value.TotalSeconds, 0.001);
        Assert.Equal(36.833, Entered(turns[3])!.Value.TotalSeconds, 0.001);
        Assert.Equal(S(39), Entered(gate.EnterAsync(0, S(39))));
    }

    [Fact]
    public void Enter_BlockThatScalingUpAdded_IsSpreadFromItsLease()
    {
        var plan = Lease(20).Plan;
        var lease = new BlockLease(plan, new RunBlock(1, 20, 50), 1, default, S(60), new RunOrders(22, StopStage.None));
        var gate = Gate(lease, Think);
        var turns = Enumerable.Range(0, 50).Select(slot => gate.EnterAsync(slot, S(60))).ToArray();

        gate.Look(S(68));

        Assert.Equal([0, 1], Enumerable.Range(0, 50).Where(slot => turns[slot].IsCompleted));
        Assert.InRange(Entered(turns[0])!.Value.TotalSeconds, 60, 68);
    }

    [Fact]
    public void Enter_BlockTakenOver_StartsAtOnceAndIsNotLate()
    {
        var lease = Lease(3) with { Epoch = 2, Elapsed = S(100) };

        Assert.All(Enumerable.Range(0, 3), slot => Assert.Equal(S(100), Entered(Gate(lease, Think).EnterAsync(slot, S(100)))));
    }

    [Fact]
    public void Leave_InAScaledRun_TheNextSlotTakesItsPlace()
    {
        var gate = Gate(Lease(4, scenario => scenario with { Iterations = 40, Duration = null }, new RunOrders(1, StopStage.None)), think: TimeSpan.Zero);
        var turns = Enumerable.Range(0, 4).Select(slot => gate.EnterAsync(slot, TimeSpan.Zero)).ToArray();
        Assert.Equal(1, turns.Count(turn => turn.IsCompleted));

        gate.Leave(0, S(5));
        Assert.Equal(S(5), Entered(turns[1]));
        Assert.False(turns[2].IsCompleted);
        Assert.Equal(1, gate.WantedAt(S(5)));
        gate.Leave(1, S(6));
        Assert.True(turns[2].IsCompleted);
    }

    [Fact]
    public void Order_EarlierBlocksEnded_CountsFromThere()
    {
        var plan = Lease(100, scenario => scenario with { Iterations = 400, Duration = null }).Plan;
        var gate = Gate(new BlockLease(plan, plan.Blocks()[1], 1, default, TimeSpan.Zero, new RunOrders(3, StopStage.None)), think: TimeSpan.Zero);
        var turns = Enumerable.Range(0, 50).Select(slot => gate.EnterAsync(slot, TimeSpan.Zero)).ToArray();
        gate.Look(S(5));
        Assert.DoesNotContain(turns, turn => turn.IsCompleted);

        gate.Order(new RunOrders(3, StopStage.None, FirstSlot: 50), S(9));
        gate.Look(S(9));

        Assert.Equal(3, turns.Count(turn => turn.IsCompleted));
        Assert.Equal(S(9), Entered(turns[0]));
    }

    [Fact]
    public void Enter_LoadThatNeverGetsThere_IsRefusedWhereNothingEndsTheRun()
    {
        var gate = Gate(Lease(4, scenario => scenario with
        {
            Iterations = 8, Duration = null, Load = new LoadSpec { Shape = LoadShapeKind.Ramp, From = 1, To = 2, Over = S(1) },
        }), think: TimeSpan.Zero);

        Assert.Null(Entered(gate.EnterAsync(3, TimeSpan.Zero)));
        Assert.False(gate.EnterAsync(1, TimeSpan.Zero).IsCompleted);
    }

    [Fact]
    public void Enter_AfterTheClose_IsRefused()
    {
        var gate = Gate(Lease(2), think: TimeSpan.Zero);
        gate.Close();

        Assert.Null(Entered(gate.EnterAsync(0, TimeSpan.Zero)));
    }

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan? Entered(ValueTask<TimeSpan?> turn)
    {
        Assert.True(turn.IsCompleted);
        return turn.Result;
    }

    private static SlotGate Gate(BlockLease lease, TimeSpan think)
    {
        var scenario = lease.Plan.Scenario;
        return new SlotGate(lease, new LoadShape(scenario.Load, scenario.Agents, scenario.Duration), think);
    }

    private static BlockLease Lease(int agents, Func<Scenario, Scenario>? change = null, RunOrders? orders = null)
    {
        var plan = Plans.Of(new Uri("http://127.0.0.1:9"), scenario =>
        {
            scenario = scenario with { Agents = agents, Iterations = null, Duration = TimeSpan.FromMinutes(10) };
            return change is null ? scenario : change(scenario);
        });
        return new BlockLease(plan, plan.Blocks()[0], 1, default, TimeSpan.Zero, orders ?? new RunOrders(null, StopStage.None));
    }
}
