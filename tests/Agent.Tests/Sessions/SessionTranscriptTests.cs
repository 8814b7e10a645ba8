using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>Of which sessions decisions and answers are kept.</summary>
public sealed class SessionTranscriptTests
{
    [Fact]
    public async Task Run_Sampled_KeepsWhatTheModelWasSentAndSaidAndWhatTheTargetAnswered()
    {
        var record = await RunAsync(sample: 1, Replies.Journey());

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.Contains(record.Turns[0].Sent, static message => message.Role == "system" && message.Text.Contains("ape-context", StringComparison.Ordinal));
        Assert.Contains(record.Turns[0].Sent, static message => message.Role == "user");
        // The goal is not sent anew; of the system prompt only its end is.
        var later = Assert.Single(record.Turns[1].Sent);
        Assert.True(later.Same > 500, $"{later.Same}");
        Assert.All(record.Actions.Where(static action => action.Status is not null), static action => Assert.Contains("\"status\":", action.Response!.Text, StringComparison.Ordinal));
        Assert.Equal(record.Actions.Select(static action => action.N), record.Turns.Select(static turn => turn.FirstCall));
        Assert.All(record.Turns, static turn => Assert.True(turn.DurationS >= 0));
    }

    [Fact]
    public async Task Run_UnsampledSuccess_KeepsNothing()
    {
        var record = await RunAsync(sample: 0, Replies.Journey());

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.False(record.HasTranscript);
    }

    [Fact]
    public async Task Run_UnsampledFailure_KeepsAnswersOnly()
    {
        var record = await RunAsync(sample: 0, [Replies.Items, Reply.Finish()]);

        Assert.NotEqual(SessionOutcome.Succeeded, record.Outcome);
        Assert.Empty(record.Turns);
        Assert.NotNull(record.Actions[0].Response);
    }

    private static async Task<SessionRecord> RunAsync(double sample, Reply[] replies)
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(replies);
        await using var sessions = SessionHarness.Of(server, target, scenario => scenario with { Telemetry = new TelemetrySpec { Sample = sample } });
        return await sessions.RunAsync();
    }
}
