using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>Two sessions never share anything, however many run at once in one process.</summary>
public sealed partial class SessionIsolationTests
{
    private const int Agents = 150;

    [Fact]
    public async Task Run_ManyAtOnce_EachShowsAndSeesNothingButItsOwn()
    {
        await using var target = await BadgeTarget.StartAsync();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var loggedIn = 0;
        await using var server = await FakeChatServer.StartAsync(async request =>
        {
            if (request.Turn == 1)
            {
                // Nobody goes on before all have logged in: what is shared would be the last one's.
                if (Interlocked.Increment(ref loggedIn) == Agents)
                {
                    all.SetResult();
                }
                await all.Task;
            }
            return request.Turn switch
            {
                0 => Reply.Call("login", "{}"),
                1 => Reply.Call("state_update", $$$"""{"values":{"locker":"{{{Locker(request)}}}"}}"""),
                2 or 3 => Reply.Call("stamp", $$"""{"locker":"{{Context(request).GetProperty("state").GetProperty("locker").GetString()}}"}"""),
                _ => Reply.Finish(),
            };
        });
        await using var sessions = SessionHarness.Of(server, target.Plan(Agents));

        var records = await Task.WhenAll(Enumerable.Range(0, Agents).Select(slot => sessions.RunAsync(slot)));

        Assert.All(records, record => Assert.Equal((SessionOutcome.Succeeded, 5), (record.Outcome, record.Actions.Length)));
        Assert.Equal(Agents, target.Shown.Count);
        Assert.All(target.Shown.Values, badges => Assert.Single(badges.Distinct()));
        Assert.Equal(Agents, target.Shown.Values.Select(badges => badges.First()).Distinct().Count());
        // A model, too, hears in a conversation of one badge only.
        Assert.All(server.Requests.Where(request => request.Turn > 0), request => Assert.Single(Badge().Matches(request.Text).Select(match => match.Value).Distinct()));
    }

    private static string Locker(ChatRequest request) => request.LastObservation.GetProperty("body").GetProperty("locker").GetString()!;

    private static JsonElement Context(ChatRequest request)
    {
        var json = request.System[(request.System.IndexOf("```ape-context\n", StringComparison.Ordinal) + "```ape-context\n".Length)..];
        return JsonDocument.Parse(json[..json.LastIndexOf("```", StringComparison.Ordinal)]).RootElement;
    }

    [GeneratedRegex("badge[0-9]{5}")]
    private static partial Regex Badge();
}
