using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ApeTest.Observability.Reports;
using ApeTest.Runs.Records;

namespace ApeTest.Observability.Tests.Reports;

public sealed partial class HtmlReportTests
{
    [Fact]
    public async Task Write_HostileTarget_ItsMarkupIsTextAndItsTurnsAreSpelledOut()
    {
        var html = await HtmlAsync(ReportFixture.Evil());

        Assert.Single(Elements("script", html));
        Assert.DoesNotContain("onload=alert(2)>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("&lt;svg onload=alert(2)&gt;", html, StringComparison.Ordinal);
        Assert.Contains("\\u202egnp.exe", html, StringComparison.Ordinal);
        Assert.DoesNotContain(html, static character => VisibleText.IsHidden(character));
        // Every handler would be an attribute.
        Assert.DoesNotMatch(@"<[a-z][^>]*\son[a-z]+\s*=", Quoted().Replace(html, "\"\""));
    }

    [Fact]
    public async Task Write_Page_LoadsNothingAndAllowsItsOwnStyleAndScriptOnly()
    {
        var html = await HtmlAsync(ReportFixture.Full());

        var policy = Regex.Match(html, "Content-Security-Policy\" content=\"([^\"]+)\"").Groups[1].Value;
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains(Hash(Assert.Single(Elements("style", html))), policy, StringComparison.Ordinal);
        Assert.Contains(Hash(Assert.Single(Elements("script", html))), policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(src|href)\s*=\s*"(?!#)""", html);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_FullRun_HasItsPartsInTheOrderOfTheirHeadings()
    {
        var html = await HtmlAsync(ReportFixture.Full());

        foreach (var id in new[] { "chart-rate", "chart-latency", "chart-mtba", "chart-sessions", "chart-ttft", "chart-agents", "chart-errors" })
        {
            Assert.Contains($"id=\"{id}-title\"", html, StringComparison.Ordinal);
        }
        var levels = Regex.Matches(html, "<h([1-6])[ >]").Select(static match => match.Groups[1].Value[0] - '0').ToList();
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, static level => level == 1);
        Assert.All(levels.Zip(levels.Skip(1)), static pair => Assert.True(pair.Second <= pair.First + 1));
        Assert.Contains("Failed: 3 of 6 thresholds do not hold", html, StringComparison.Ordinal);
        Assert.Contains("Suspect", html, StringComparison.Ordinal);
        Assert.Contains("7 more that did not succeed are left out", html, StringComparison.Ordinal);
        Assert.Contains("<main", html, StringComparison.Ordinal);
        Assert.Contains("<nav", html, StringComparison.Ordinal);
        Assert.Equal(Regex.Count(html, "<table"), Regex.Count(html, "<caption>"));
    }

    [Fact]
    public async Task Write_Session_TellsPromptsAnswersAndWhatWasNotKept()
    {
        var html = WebUtility.HtmlDecode(await HtmlAsync(ReportFixture.Full()));

        Assert.Contains("decision 1: 1 call after 80.0 ms, first token 20.0 ms, 410 + 30 tokens", html, StringComparison.Ordinal);
        Assert.Contains("You are one user.", html, StringComparison.Ordinal);
        Assert.Contains("system prompt: 1,500 characters as before, then", html, StringComparison.Ordinal);
        Assert.Contains("Now I pay.", html, StringComparison.Ordinal);
        Assert.Contains("\"user\": \"user-0001\"", html, StringComparison.Ordinal);
        Assert.Contains("1,200 more characters were not kept", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_SessionOfManyLongRequests_CurlIsNeverCut()
    {
        var session = ReportFixture.Session("1-1", SessionOutcome.Failed, "check: x");
        session = session with
        {
            Actions = [.. Enumerable.Range(1, 8).Select(n => session.Actions[0] with { N = n, Request = new RequestRecord("POST", "http://127.0.0.1/x", "text/plain", new string('x', 8000) + $"end {n}", false, 8005) })],
        };

        var html = await HtmlAsync(ReportFixture.Full() with { Sessions = new SessionSelection([session], [], 0, 1) });

        // Whole requests only; what there was no room for is said.
        var shown = Enumerable.Range(1, 8).Count(n => WebUtility.HtmlDecode(html).Contains($"end {n}'", StringComparison.Ordinal));
        Assert.Equal(2, shown);
        Assert.Contains("# Left out: 6 more requests, ", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_NothingMeasured_SaysSoAndDrawsNoChart()
    {
        var report = new RunReport { Summary = EmptySummary.Of(new Runs.Directory.RunDirectory("20261121-131502-7f3a"), new Runs.Directory.RunStatus("interrupted", null)) };

        var html = await HtmlAsync(report);

        Assert.Contains("Nothing was judged", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<figure class=\"chart\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_LongRunWithFullSelection_StaysBelowTenMegabytes()
    {
        var choice = new SessionChoice();
        var big = ReportFixture.Session("1-1", SessionOutcome.Failed, "check: x");
        big = big with { Actions = [.. Enumerable.Range(0, 64).Select(n => big.Actions[0] with { N = n, Args = System.Text.Json.JsonSerializer.SerializeToElement(new { text = new string('x', 50_000) }) })] };
        for (var i = 0; i < 20_000; i++)
        {
            choice.Add(big with { Session = $"{i}-0", Outcome = i % 2 == 0 ? SessionOutcome.Failed : SessionOutcome.Succeeded, Reason = $"kind{i % 40}: {i}", DurationS = i });
        }
        var chosen = choice.Chosen();

        var html = await HtmlAsync(ReportFixture.Full() with { Sessions = chosen, Points = ReportFixture.Points(20_000) });

        Assert.Equal(10_000, chosen.Failed.Length + chosen.FailedLeftOut);
        Assert.True(chosen.Failed.Length + chosen.Slowest.Length <= SessionChoice.Most);
        Assert.Equal(19_999, chosen.Slowest[0].DurationS);
        Assert.True(html.Length < 20_000_000, $"{html.Length}");
    }

    private static async Task<string> HtmlAsync(RunReport report)
    {
        await using var output = new StringWriter();
        await HtmlReport.WriteAsync(report, output);
        return output.ToString();
    }

    private static ImmutableArray<string> Elements(string name, string html) =>
        [.. Regex.Matches(html, $"<{name}[^>]*>(.*?)</{name}>", RegexOptions.Singleline).Select(static match => match.Groups[1].Value)];

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();
}
