using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Tests;

/// <summary>Plans, records and batches for tests.</summary>
internal static class TestRun
{
    public const string Id = "20261121-131502-7f3a";
    public const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    public static readonly DateTimeOffset Started = new(2026, 11, 21, 13, 15, 2, 114, TimeSpan.Zero);

    public static RunPlan Plan(int agents = 20, string run = Id, ImmutableArray<ThresholdSpec> thresholds = default) => new()
    {
        Run = run,
        Seed = 42,
        Oracle = "declared",
        PlanSha256 = new string('a', 64),
        Scenario = new Scenario
        {
            Name = "shop-checkout",
            Target = new TargetSpec { Url = new Uri("http://127.0.0.1:5080") },
            Agents = agents,
            Duration = TimeSpan.FromSeconds(20),
            Thresholds = thresholds.IsDefault ? [] : thresholds,
        },
    };

    public static SessionRecord Session(SessionOutcome outcome, string session = "3-2", bool sampled = true, string goal = "buy-coffee") => new()
    {
        Run = Id,
        Session = session,
        Slot = int.Parse(session.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture),
        TraceId = Trace,
        Goal = goal,
        Outcome = outcome,
        Reason = outcome is SessionOutcome.Succeeded ? "success: 1 of 1 conditions" : "step_cap: 25 decisions without success",
        Started = Started,
        DurationS = 1.25,
        Evidence = [new EvidenceRecord("checkout = 201", outcome is SessionOutcome.Succeeded, "action 1: 201, orderId=o-17")],
        Actions =
        [
            new ActionRecord
            {
                N = 1,
                Tool = "checkout",
                Args = JsonDocument.Parse("""{"cartId":"c-1","coupon":"<5 €>"}""").RootElement.Clone(),
                Provenance = ImmutableSortedDictionary<string, string>.Empty.Add("$.cartId", "action:1 $.id"),
                Status = 201,
                Parts = new ActionParts(0.1, 0.08, 0.001, 0.03, 0.001),
                Extracted = ImmutableSortedDictionary<string, string>.Empty.Add("orderId", "o-17"),
            },
        ],
        Sampled = sampled,
    };

    public static BlockRecorder Recorder(RunPlan plan, TimeProvider time, int block = 0, long epoch = 1, string worker = "w1") =>
        new(plan, plan.Blocks()[block], epoch, worker, time);

    public static ActionSample Action(
        BlockRecorder recorder, string operation, int milliseconds, int status = 201, string? error = null, string method = "POST") => new(
        recorder.Operation(operation, method), status, error, error is null ? null : "target",
        TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(milliseconds / 2.0), TraceOf(Trace), new SessionKey(3, 2));

    public static TraceKey TraceOf(string text) => TraceKey.TryParse(text, out var key) ? key : throw new FormatException(text);

    public static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name));
}
