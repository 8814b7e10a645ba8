using ApeTest.Testing;

namespace ApeTest.Testing.Sample;

/// <summary>What a load test of your own may look like.</summary>
public sealed class NotesLoadTests(NotesApi api) : IClassFixture<NotesApi>
{
    [Fact]
    public async Task Notes_TenAgentsCreateNotes_AllSucceed() =>
        await ApeTestRun.For(api.Url)
            .WithGoal("Create a note with the text 'buy milk'")
            .WithSuccess("createNote=201{id=$.id}; GET /notes/{{id}}=200")
            .WithAgents(10)
            .WithIterations(30)
            .WithSeed(42)
            .RunAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Notes_AJourneyReplayed_IsFast()
    {
        var result = await ApeTestRun.For(api.Url)
            .WithJourney(Path.Combine(AppContext.BaseDirectory, "journey.yaml"))
            .WithAgents(5)
            .WithDuration(TimeSpan.FromSeconds(2))
            .WithThreshold("session_success >= 0.99")
            .WithThreshold("http_error_rate < 0.01")
            .RunAsync(TestContext.Current.CancellationToken);

        Assert.True(result.Summary.Sessions.Succeeded > 10);
    }
}
