using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Tests.Summaries;

public sealed class OutcomeReasonTests
{
    [Fact]
    public void All_OneKindAtSeveralSteps_SaysThatTheStepIsAnExample()
    {
        var reason = Assert.Single(Of("http_503: login: status 503", "http_503: login: status 503", "http_503: checkout: status 503"));

        Assert.Equal((3, "http_503, for example login: status 503"), (reason.Count, reason.Text));
    }

    [Theory]
    [InlineData("http_503: login: status 503")]
    [InlineData("step_cap")]
    public void All_OneReasonOfAll_IsToldAsItIs(string reason) =>
        Assert.Equal((2, reason), Of(reason, reason).Select(static one => (one.Count, one.Text)).Single());

    [Fact]
    public void All_KindsAndOutcomes_AreCountedEachAndMostFrequentFirst()
    {
        var reasons = new OutcomeReasons();
        reasons.Add(Session(SessionOutcome.Stuck, "step_cap: 25 decisions"));
        reasons.Add(Session(SessionOutcome.Failed, "http_500: a"));
        reasons.Add(Session(SessionOutcome.Failed, "http_500: b"));
        reasons.Add(Session(SessionOutcome.Succeeded, "done"));

        Assert.Equal([("failed", 2, true), ("stuck", 1, false)], reasons.All.Select(static one => (one.Outcome, one.Count, one.Varies)));
    }

    private static IReadOnlyList<OutcomeReason> Of(params string[] texts)
    {
        var reasons = new OutcomeReasons();
        foreach (var text in texts)
        {
            reasons.Add(Session(SessionOutcome.Failed, text));
        }
        return reasons.All;
    }

    private static SessionRecord Session(SessionOutcome outcome, string reason) => TestRun.Session(outcome) with { Reason = reason };
}
