using System.Globalization;
using System.Text.RegularExpressions;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>How many series a Prometheus has to keep of a large run: as the code's instruments add up, and as they are scraped.</summary>
public sealed partial class CardinalityTests
{
    private const int MostSeries = 3000;
    private const int Agents = 1000;
    private const int Workers = 4;

    /// <summary>
    /// Values that labels take together, in a run of a shop of 10 operations with two goals and a journey on one target and two models. Of an error each
    /// kind belongs to one class of status, so that these two add up.
    /// </summary>
    private static readonly Dictionary<string, int> Values = new()
    {
        [""] = 1, ["goal"] = 3, ["goal, outcome"] = 3 * 5, ["tool"] = 10, ["part"] = 6, ["where"] = 4, ["reason"] = 3, ["kind"] = 6, ["run, scenario"] = 1, ["stream"] = 2,
        ["target"] = 1, ["target, status_class, error_type"] = 5 + 12, ["target, reason"] = 4, ["result"] = 2, ["event"] = 4,
        ["provider, model"] = 2, ["provider, model, token_type"] = 2 * 2, ["provider, model, error_type"] = 2 * 6, ["provider, model, reason"] = 2 * 3,
    };

    [Fact]
    public async Task Table_FourWorkersTenOperations_AddsUpToLessThanThreeThousand()
    {
        using var directory = new TempDirectory();
        await using var stack = await TelemetryStack.StartAsync(directory, Workers);
        var documented = MetricTable.Read().ToDictionary(metric => metric.Name);

        var instruments = StackInstruments.Of(stack);
        var sum = instruments.Where(one => documented.ContainsKey(StackInstruments.Name(one.Instrument)))
            .Select(one => (one.Job, Name: StackInstruments.Name(one.Instrument), Series: StackInstruments.Series(one.Instrument) * Combinations(documented[StackInstruments.Name(one.Instrument)])))
            .ToList();

        Assert.Equal(Workers, instruments.Count(one => one.Instrument.Name == "apetest.sessions"));
        Assert.True(sum.Sum(one => one.Series) <= MostSeries,
            $"{sum.Sum(one => one.Series)} series:\n" + string.Join('\n', sum.GroupBy(one => one.Name).Select(group => $"{group.Sum(one => one.Series)} {group.Key}")));
    }

    [Fact]
    public async Task Instruments_OfEveryService_AreThoseOfTheDocumentation()
    {
        using var directory = new TempDirectory();
        await using var stack = await TelemetryStack.StartAsync(directory);

        var made = StackInstruments.Of(stack).Where(static one => one.Job != "shop").GroupBy(static one => StackInstruments.Name(one.Instrument)).Select(static group =>
            $"{group.Key} {StackInstruments.Type(group.First().Instrument)} of {Services(group.Select(static one => one.Job))}");

        Assert.Equal(MetricTable.Read().Select(static metric => $"{metric.Name} {metric.Type} of {string.Join(", ", metric.Services.Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal),
            made.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scrape_FourWorkersAThousandAgents_StaysBelowThreeThousand()
    {
        using var directory = new TempDirectory();
        await using var stack = await TelemetryStack.StartAsync(directory, Workers, journeys: 1);
        var summary = await stack.RunAsync(Agents, ("iterations", $"{Agents}"));
        Assert.Equal(Agents, summary.Sessions.Started);

        using var http = new HttpClient();
        var series = new List<(string Job, string Line)>();
        foreach (var (job, address) in stack.Targets)
        {
            var text = await http.GetStringAsync(new Uri($"http://{address}/metrics"), TestContext.Current.CancellationToken);
            series.AddRange(text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => (job, line)));
        }

        // Every worker had some of them.
        Assert.Equal(Workers, series.Count(one => one.Job == "agent" && one.Line.StartsWith("apetest_agents_target", StringComparison.Ordinal)));
        Assert.True(series.Count(one => one.Line.StartsWith("apetest_sessions_total", StringComparison.Ordinal) && one.Line.Contains("succeeded", StringComparison.Ordinal)) >= Workers);
        Assert.True(series.Count <= MostSeries,
            $"{series.Count} series:\n" + string.Join('\n', series.GroupBy(one => one.Line.Split('{', ' ')[0]).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}")));
        // Labels are those of the table, and take no more values together than it was added up with.
        foreach (var metric in MetricTable.Read())
        {
            foreach (var process in series.Where(one => NameOf(one.Line) == metric.Name).GroupBy(one => one.Job))
            {
                var sets = process.Select(one => Labels().Matches(one.Line).Where(label => label.Groups[1].Value != "le").ToList()).ToList();
                Assert.All(sets.SelectMany(set => set), label => Assert.True(metric.Labels.Contains(label.Groups[1].Value), $"{metric.Name} has the label {label.Value}, which is not documented"));
                var taken = sets.Select(set => string.Join(',', set.Select(label => label.Value).Order(StringComparer.Ordinal))).Distinct().Count();
                Assert.True(taken <= Combinations(metric), $"{metric.Name} has {taken} sets of labels, the bound was added up with {Combinations(metric)}");
            }
        }
    }

    [Fact]
    public async Task Scrape_MoreGoalsAndToolsThanLabelsTake_HasTheRestAsOther()
    {
        const int Sessions = 1000;
        using var directory = new TempDirectory();
        await using var stack = await TelemetryStack.StartAsync(directory, journeys: 70, steps: 4);
        await stack.RunAsync(20, ("iterations", $"{Sessions}"));

        // None is missing, once journeys have told theirs: they do so each second.
        using var http = new HttpClient();
        var agent = new Uri($"http://{stack.Targets.Single(static target => target.Job == "agent").Address}/metrics");
        List<string> lines = [];
        await PrometheusServer.UntilAsync(async () =>
        {
            lines = [.. (await http.GetStringAsync(agent, TestContext.Current.CancellationToken)).Split('\n').Where(static line => line.StartsWith("apetest_", StringComparison.Ordinal))];
            var ended = lines.Where(static line => NameOf(line) == "apetest_sessions_total").Sum(static line => long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
            return ended == Sessions ? "" : $"{ended} of {Sessions} sessions are counted";
        });

        // As many as the table says, in every metric that has the label.
        var bounded = MetricTable.Read().Where(static metric => metric.Services is ["agent"]).SelectMany(static metric => metric.Bounds.Select(bound => (metric.Name, Label: bound.Key, Most: bound.Value))).ToList();
        Assert.Equal(["goal", "tool"], bounded.Select(static one => one.Label).Distinct().Order(StringComparer.Ordinal));
        Assert.All(bounded, one =>
        {
            var values = lines.Where(line => NameOf(line) == one.Name).SelectMany(line => Labels().Matches(line)).Where(label => label.Groups[1].Value == one.Label).Select(static label => label.Value).ToHashSet();
            Assert.Equal((one.Name, one.Most + 1), (one.Name, values.Count));
            Assert.Contains($"{one.Label}=\"_other\"", values);
        });
    }

    private static int Combinations(DocumentedMetric metric) => Values[string.Join(", ", metric.Labels)];

    private static string Services(IEnumerable<string> jobs)
    {
        var those = jobs.Distinct().Order(StringComparer.Ordinal).ToList();
        return those is ["agent", "collector", "gateway", "llm-proxy"] ? "all" : string.Join(", ", those);
    }

    // A histogram's samples by the name of the whole.
    private static string NameOf(string line) => Suffix().Replace(line.Split('{', ' ')[0], "");

    [GeneratedRegex("(?<=_seconds|_usage)_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("""(\w+)="(?:\\.|[^"\\])*"(?=[,}])""")]
    private static partial Regex Labels();
}
