using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>How many series a Prometheus has to keep of a large run.</summary>
public sealed class CardinalityTests
{
    private const int MostSeries = 3000;
    private const int Agents = 1000;
    private const int Workers = 4;

    // DESIGN 14.4: names of a fast histogram's series for each set of labels (12 bounds, +Inf, sum, count), and of a slow one's.
    private const int Fast = 15;
    private const int Slow = 17;

    [Fact]
    public async Task Scrape_FourWorkersAThousandAgents_StaysBelowThreeThousand()
    {
        using var directory = new TempDirectory();
        await using var stack = await TelemetryStack.StartAsync(directory, Workers);
        var summary = await stack.RunAsync(Agents, ("iterations", $"{Agents}"));
        Assert.Equal(Agents, summary.Sessions.Started);

        using var http = new HttpClient();
        var series = new List<string>();
        foreach (var (job, address) in stack.Targets)
        {
            var text = await http.GetStringAsync(new Uri($"http://{address}/metrics"), TestContext.Current.CancellationToken);
            series.AddRange(text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => $"{job} {line}"));
        }

        // Every worker had some of them.
        Assert.Equal(Workers, series.Count(line => line.StartsWith("agent apetest_sessions_total", StringComparison.Ordinal) && line.Contains("succeeded", StringComparison.Ordinal)));
        Assert.True(series.Count <= MostSeries, $"{series.Count} series:\n" + string.Join('\n', series.GroupBy(line => line.Split('{', ' ')[1]).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}")));
        Assert.DoesNotContain(series, line => line.Contains("session=", StringComparison.Ordinal) || line.Contains("agent=", StringComparison.Ordinal) || line.Contains("trace", StringComparison.Ordinal));
    }

    [Fact]
    public void Table_FourWorkersTenOperations_AddsUpToLessThanThreeThousand()
    {
        const int goals = 3, outcomes = 5, tools = 10, parts = 6, places = 4;
        const int agent = (goals * outcomes) + (goals * Slow * 2) + (tools * Fast) + (goals * Fast) + (parts * Fast) + places
            + 2 /* agents */ + 1 /* run info */ + 3 /* dropped iterations */ + 4 /* recoveries */ + 2 /* dropped records */ + 4 /* generator */ + 3 /* process */;
        const int gateway = (6 * 4) + (2 * Fast) + 4 + 4 + 2 + 3;
        const int models = 2, proxy = models * ((2 * Fast) + Slow + Fast + (2 * 14) + 6) + 3;

        Assert.True((Workers * agent) + gateway + proxy <= MostSeries, $"{Workers} x {agent} + {gateway} + {proxy}");
    }
}
