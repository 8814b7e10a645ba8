using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Summaries;

/// <summary>What a summary tells of a run whose number of agents was changed.</summary>
public sealed class ScaledRunTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RunAggregate _aggregate = new(TestRun.Plan(20), "embedded", "partial");

    [Fact]
    public void PeakAgents_OverBlocksAndTime_IsTheMostAtOnce()
    {
        var first = TestRun.Recorder(TestRun.Plan(20), _time);
        var added = new BlockRecorder(TestRun.Plan(20), new RunBlock(1, 20, 50), 1, "w1", _time);
        Start(first, 3);
        Add(first);
        Start(added, 4);
        End(added, 1);
        Add(added);
        // The first block's last session ends between two batches, before others begin.
        End(first, 3);
        Start(first, 2);
        Add(first, final: true);
        Start(added, 1);
        Add(added);

        Assert.Equal(7, _aggregate.PeakAgents);
        Assert.Equal(4, _aggregate.ActiveAgents);
        Assert.Equal(7, _aggregate.Summarize(TestRun.Started).Load.PeakAgents);
    }

    [Fact]
    public void PeakAgents_SessionsShorterThanABatch_AreCounted()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(20), _time);
        Start(recorder, 5);
        End(recorder, 5);
        Add(recorder, final: true);

        Assert.Equal((5, 0), (_aggregate.PeakAgents, _aggregate.ActiveAgents));
    }

    [Fact]
    public void Edited_OfAScaledRun_TellsEachStepInOrder()
    {
        foreach (int? agents in new int?[] { null, 40, 40, 5, 20 })
        {
            _aggregate.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, []) { Agents = agents });
        }

        var summary = _aggregate.Summarize(TestRun.Started);
        Assert.Equal(["agents: 20 became 40", "agents: 40 became 5", "agents: 5 became 20"], summary.Run.Edited);
        Assert.Equal((20, 20), (summary.Run.Agents, _aggregate.ScaledTo));
    }

    [Fact]
    public void Edited_OfARunScaledAllTheTime_StaysBounded()
    {
        for (var agents = 1; agents < 1000; agents++)
        {
            _aggregate.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, []) { Agents = agents });
        }

        Assert.Equal(20, _aggregate.Summarize(TestRun.Started).Run.Edited.Length);
        Assert.Equal(999, _aggregate.ScaledTo);
    }

    private void Add(BlockRecorder recorder, bool final = false)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _aggregate.Add(recorder.Drain(final));
    }

    private static void Start(BlockRecorder recorder, int sessions)
    {
        for (var i = 0; i < sessions; i++)
        {
            recorder.SessionStarted("g", TimeSpan.Zero);
        }
    }

    private static void End(BlockRecorder recorder, int sessions)
    {
        for (var i = 0; i < sessions; i++)
        {
            recorder.SessionEnded(TestRun.Session(SessionOutcome.Succeeded, goal: "g"), TimeSpan.FromSeconds(1), 1);
        }
    }
}
