using System.Text.RegularExpressions;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>The shipped rules, by promtool and against the documentation.</summary>
public sealed partial class RuleFilesTests
{
    private static readonly string Folder = Repository.PathOf("deploy", "config", "prometheus");

    [Fact]
    public async Task CheckRules_AllFiles_AreRight()
    {
        var (code, output) = await PeerCommand.RunAsync("promtool", ["check", "rules", .. Directory.GetFiles(Path.Combine(Folder, "rules"))]);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task TestRules_AllFiles_Pass()
    {
        var (code, output) = await PeerCommand.RunAsync("promtool", ["test", "rules", .. Directory.GetFiles(Path.Combine(Folder, "tests"))]);
        Assert.True(code == 0, output);
    }

    /// <summary>Tests that do not notice a threshold that always holds, or never, would not notice a wrong one either.</summary>
    [Fact]
    public async Task TestRules_ThresholdThatAlwaysOrNeverHolds_Fail()
    {
        var shipped = await File.ReadAllTextAsync(Path.Combine(Folder, "rules", "alerts.yml"), TestContext.Current.CancellationToken);
        var thresholds = Threshold().Matches(shipped);
        Assert.Equal(14, thresholds.Count);
        var unnoticed = new List<string>();
        foreach (var threshold in thresholds.AsEnumerable())
        {
            foreach (var wrong in new[] { "> -1", "> 1e18" })
            {
                if (await PassWithAsync(string.Concat(shipped.AsSpan(0, threshold.Index), wrong, shipped.AsSpan(threshold.Index + threshold.Length))))
                {
                    unnoticed.Add($"{threshold.Value} as {wrong} in: {shipped[..threshold.Index].Split('\n')[^1]}");
                }
            }
        }
        Assert.Empty(unnoticed);
    }

    /// <summary>Nor would tests that do not notice a part of the rule on absence to be missing.</summary>
    [Theory]
    [InlineData("(?<=ServiceGone(.*\\n)+?.*)\\n +unless .*")]
    [InlineData("(?<=ServiceGone(.*\\n)+?.*)\\n +and on .*")]
    [InlineData("(?<=ServiceGone(.*\\n)+?.*), lifetime!=\"run\"(?=}\\[15m)")]
    [InlineData("(?<=ServiceGone(.*\\n)+?.*), lifetime!=\"run\"")]
    public async Task TestRules_AbsenceWithoutAPart_Fail(string part)
    {
        var shipped = await File.ReadAllTextAsync(Path.Combine(Folder, "rules", "alerts.yml"), TestContext.Current.CancellationToken);
        Assert.Matches(part, shipped);

        Assert.False(await PassWithAsync(Regex.Replace(shipped, part, "")));
    }

    [Fact]
    public async Task Alerts_EachOfThem_HasForSeveritySummaryDescriptionRunbookAndATest()
    {
        var rules = await File.ReadAllTextAsync(Path.Combine(Folder, "rules", "alerts.yml"), TestContext.Current.CancellationToken);
        var tests = string.Concat(await Task.WhenAll(Directory.GetFiles(Path.Combine(Folder, "tests")).Select(file => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))));
        var docs = await File.ReadAllTextAsync(Repository.PathOf("docs", "observability.md"), TestContext.Current.CancellationToken);
        var anchors = Heading().Matches(docs).Select(match => Anchor(match.Groups[1].Value)).ToHashSet();
        var alerts = rules.Split("- alert: ")[1..];

        Assert.True(alerts.Length >= 13);
        Assert.All(alerts, alert =>
        {
            Assert.Contains("for: 2m", alert, StringComparison.Ordinal);
            Assert.Matches("severity: (critical|warning)", alert);
            Assert.Contains("summary: ", alert, StringComparison.Ordinal);
            Assert.Contains("description: ", alert, StringComparison.Ordinal);
            var runbook = Runbook().Match(alert);
            Assert.True(runbook.Success && anchors.Contains(runbook.Groups[1].Value), $"no runbook: {alert}");
            Assert.Contains($"alertname: {alert[..alert.IndexOf('\n')]}", tests, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Documentation_Metrics_AreThoseOfTheRules()
    {
        var docs = await File.ReadAllTextAsync(Repository.PathOf("docs", "observability.md"), TestContext.Current.CancellationToken);
        var rules = await File.ReadAllTextAsync(Path.Combine(Folder, "rules", "recording.yml"), TestContext.Current.CancellationToken);

        Assert.All(Record().Matches(rules).Select(match => match.Groups[1].Value), record => Assert.Contains($"`{record}`", docs, StringComparison.Ordinal));
    }

    /// <summary>Whether the tests pass over other alert rules.</summary>
    private static async Task<bool> PassWithAsync(string alerts)
    {
        using var directory = new TempDirectory();
        foreach (var file in Directory.GetFiles(Folder, "*.yml", SearchOption.AllDirectories))
        {
            directory.Write(Path.GetRelativePath(Folder, file), await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }
        directory.Write(Path.Combine("rules", "alerts.yml"), alerts);
        return (await PeerCommand.RunAsync("promtool", ["test", "rules", .. Directory.GetFiles(directory.Combine("tests"))])).Code == 0;
    }

    // As GitHub makes anchors of headings.
    private static string Anchor(string heading) => new([.. heading.Trim().ToLowerInvariant().Replace(' ', '-').Where(c => char.IsLetterOrDigit(c) || c is '-')]);

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"runbook_url: docs/observability\.md#(\S+)")]
    private static partial Regex Runbook();

    [GeneratedRegex(@"(?<=^ {8,12}(?:expr:|/ \().*)(> |== )[\d.]+(?!\))(?=$| or )", RegexOptions.Multiline)]
    private static partial Regex Threshold();

    [GeneratedRegex(@"record: (\S+)")]
    private static partial Regex Record();
}
