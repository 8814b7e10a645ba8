using System.Collections.Immutable;
using ApeTest.Runs.Summaries;

namespace ApeTest.Cli.Tests;

/// <summary>A summary with something in every part.</summary>
internal static class SummaryFixture
{
    public const string Run = "20261121-131502-7f3a";
    public const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    public static RunSummary Full() => new()
    {
        Run = new RunFacts(Run, "shop-checkout", "completed", new DateTimeOffset(2026, 11, 21, 13, 15, 2, 114, TimeSpan.Zero), 20.8, 42, 20, 1,
            "embedded", "declared", "partial", new string('a', 64), new string('b', 64), ["CPU 91 % for 12 s"], ["gateway: configuration 1 became 2"])
        {
            Reason = "threshold: http_p95 < 1s for 5s abort: 1.8 at 12 s",
        },
        Sessions = new SessionSummary(412, 398, 6, 2, 1, 5, 0.9803, 0.0025,
            ImmutableSortedDictionary<string, long>.Empty.Add("reauth", 7), ImmutableSortedDictionary<string, double?>.Empty.Add("1", 0.98),
            D(407, 1.0), D(407, 5), [new GoalSummary("buy-coffee", 300, 0.99), new GoalSummary("buy-tea", 98, 0.95)]),
        Mtba = new MtbaSummary(1650, 0.212, 0.19, 0.3, 0.41, 0.6, 0.9, D(1650, 0.112),
            new MtbaParts(0.1, 0.08, 0.001, 0.03, 0.001, 0.0), "think"),
        Ttft = D(2061, 0.005),
        Llm = new LlmSummary(2061, 0, D(2061, 0.0001), D(2061, 0.01), 0, 0, []),
        Actions = new ActionSummary(2058, 3, 9, D(2058, 0.03)),
        Http =
        [
            new HttpSummary("checkout", "POST", 405, 2, ImmutableSortedDictionary<int, long>.Empty.Add(201, 403).Add(503, 2), D(405, 0.03), D(405, 0.03), D(398, 0.2))
            {
                BytesSent = 128_000,
                BytesReceived = 1_250_000,
                Connections = 20,
                ReuseShare = 0.9506,
            },
            new HttpSummary("a_very_long_operation_name_that_goes_on_and_on_and_on", "DELETE", 12_345, 1,
                ImmutableSortedDictionary<int, long>.Empty.Add(0, 1).Add(204, 12_344), D(12_345, 1.5), D(12_345, 1.5), null)
            {
                BytesSent = 2_400_000,
                BytesReceived = 31_000_000,
                Connections = 0,
                ReuseShare = 1,
            },
        ],
        Groups = [new GroupSummary("order", 398, D(398, 0.25))],
        Load = new LoadSummary("constant", 412, 2, D(412, 0.001))
        {
            PeakAgents = 20,
            SessionsPerS = 19.81,
            PeakSessionsPerS = 25,
            RequestsPerS = 612.98,
            PeakRequestsPerS = 1_020.5,
        },
        Tokens = new TokenSummary(91_234, 8_123, true),
        CostUsd = 0.0123m,
        Thresholds =
        [
            new ThresholdResult("session_success", ">= 0.95", 0.9803, true, "scenario"),
            new ThresholdResult("agent_error_rate", "<= 0.05", 0.0025, true, "default"),
            new ThresholdResult("http_p95{operation=checkout}", "< 20ms", 0.033, false, "cli"),
            new ThresholdResult("http_p95", "< 1s for 5s", 1.8, false, "scenario", 5, 12.004),
            new ThresholdResult("http_error_rate", "< 0.01 for 30s abort after 10s", 0.0001, true, "scenario", 30, 31.004),
            new ThresholdResult("ttft_p95", "< 500ms", null, false, "cli"),
        ],
        Errors =
        [
            new ErrorSummary("http_503", "target", 9, [Trace])
            {
                Operations =
                [
                    new ErrorOperation("checkout", 4, "status 503, expected 201", Trace),
                    new ErrorOperation("search", 2, "a text that goes on and on until it is longer than a line of eighty columns can be, and is wrapped there", null),
                    new ErrorOperation("list", 1, null, null),
                    new ErrorOperation("cart", 1, null, null),
                    new ErrorOperation("logout", 1, null, null),
                ],
            },
            new ErrorSummary("model_error", "model", 1, []),
        ],
        Slowest = [new SlowestSummary(Trace, "3-2", "checkout", 0.9)],
        Generator = new GeneratorSummary(0.91, 210_000_000, 0.004, 0.002, 0.0012, 3, true),
        Measured = "the generator: CPU 91 % for 12 s; use fewer --agents or more --think time",
    };

    private static Distribution D(long count, double mean) => new(count, mean, mean * 0.9, mean * 1.1, mean * 1.2, mean * 2, mean * 4);
}
