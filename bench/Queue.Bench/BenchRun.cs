using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Queue_Bench;

/// <summary>A plan, and session records as a shop's goals make them, about 4 KB each.</summary>
internal static class BenchRun
{
    /// <summary>Different records: more of them than a compressor sees at once.</summary>
    private const int Samples = 512;

    public static Task<PostgresRunQueue> OpenAsync(string url) =>
        PostgresRunQueue.OpenAsync(QueueConnection.Parse(url), "bench-token", TimeProvider.System, null, CancellationToken.None);

    public static RunPlan Plan(string run, int agents) => new()
    {
        Run = run,
        Seed = 42,
        Oracle = "declared",
        PlanSha256 = new string('a', 64),
        Scenario = new Scenario { Name = "queue-bench", Target = new TargetSpec { Url = new Uri("http://127.0.0.1:5080") }, Agents = agents, Duration = TimeSpan.FromMinutes(10) },
    };

    public static SessionRecord[] Sessions(string run) => [.. Enumerable.Range(0, Samples).Select(number => Session(run, number))];

    private static SessionRecord Session(string run, int number) => new()
    {
        Run = run,
        Session = "0-0",
        Slot = 0,
        TraceId = Hex(16),
        Goal = "buy-coffee",
        Outcome = SessionOutcome.Failed,
        Reason = "check: checkout = 201 did not hold",
        Started = DateTimeOffset.UnixEpoch.AddSeconds(number),
        DurationS = number / 7.0,
        Evidence = [new EvidenceRecord("checkout = 201", false, $"action 8: 503, orderId={Hex(8)}")],
        Actions = [.. Enumerable.Range(1, 9).Select(Action)],
    };

    private static ActionRecord Action(int n) => new()
    {
        N = n,
        Tool = n % 3 == 0 ? "checkout" : "addToCart",
        Args = JsonDocument.Parse($$"""{"cartId":"{{Hex(8)}}","productId":"{{Hex(8)}}","quantity":{{n}},"note":"{{Hex(24)}}"}""").RootElement.Clone(),
        Provenance = ImmutableSortedDictionary<string, string>.Empty.Add("$.cartId", "action:2 $.id").Add("$.productId", "action:1 $.items[3].id"),
        Status = n == 8 ? 503 : 201,
        Error = n == 8 ? "http_503" : null,
        Parts = new ActionParts(0.1 * n, 0.0812 * n, 0.00041, 0.01234 * n, 0.0007),
        Extracted = ImmutableSortedDictionary<string, string>.Empty.Add("itemId", Hex(8)),
    };

    private static string Hex(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
