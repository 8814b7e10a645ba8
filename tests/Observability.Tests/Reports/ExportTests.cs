using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using ApeTest.Cli.Tests;
using ApeTest.Observability.Reports;
using ApeTest.Observability.Reports.Exports;

namespace ApeTest.Observability.Tests.Reports;

public sealed class ExportTests
{
    [Fact]
    public void JUnit_FullRun_IsGoldenAndValid() => Golden.Check("junit.xml", Valid(ReportFixture.Full()));

    [Fact]
    public void JUnit_HostileTarget_IsValidAndItsTextIsText()
    {
        var document = XDocument.Parse(Valid(ReportFixture.Evil()));

        Assert.Empty(document.Descendants("script"));
        Assert.Contains(document.Descendants("failure"), static failure => failure.Value.Contains("</script><script>alert(1)", StringComparison.Ordinal));
    }

    [Fact]
    public void JUnit_InconclusiveThreshold_FailsAsSuch()
    {
        var failure = XDocument.Parse(Valid(ReportFixture.Full())).Descendants("failure").Single(static failure => (string?)failure.Attribute("type") == "inconclusive");

        Assert.Equal("ttft_p95 < 500ms", (string?)failure.Parent!.Attribute("name"));
        Assert.Contains(SummaryFixture.Trace, failure.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("interrupted", "the run was interrupted")]
    [InlineData("budget", "the run used up its budget")]
    [InlineData("aborted", "the run was aborted")]
    [InlineData("running", "the run has not ended")]
    public void Exports_RunThatDidNotEnd_FailThoughEveryThresholdHolds(string status, string told)
    {
        var report = Passed(status);

        var run = XDocument.Parse(Valid(report)).Descendants("testcase").Single(static test => (string?)test.Attribute("name") == "run");
        Assert.Equal(told, (string?)run.Element("failure")?.Attribute("message"));
        Assert.StartsWith("### ❌", Markdown(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Exports_DamagedRun_Fail()
    {
        var report = Passed("completed") with { IsDamaged = true, Problems = ["sessions.jsonl cannot be read: no"] };

        var run = XDocument.Parse(Valid(report)).Descendants("failure").Single();
        Assert.Contains("files are damaged", (string?)run.Attribute("message"), StringComparison.Ordinal);
        Assert.Contains("sessions.jsonl cannot be read", run.Value, StringComparison.Ordinal);
        Assert.StartsWith("### ❌", Markdown(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Exports_RunThatPassed_AreGreen()
    {
        Assert.Empty(XDocument.Parse(Valid(Passed("completed"))).Descendants("failure"));
        Assert.StartsWith("### ✅", Markdown(Passed("completed")), StringComparison.Ordinal);
    }

    private static RunReport Passed(string status)
    {
        var full = ReportFixture.Full();
        var summary = full.Summary;
        return full with
        {
            Summary = summary with { Run = summary.Run with { Status = status, Reason = null }, Thresholds = [.. summary.Thresholds.Where(static threshold => threshold.Ok)] },
        };
    }

    [Fact]
    public void Markdown_FullRun_IsGolden() => Golden.Check("report.md", Markdown(ReportFixture.Full()));

    [Fact]
    public void Markdown_HostileTarget_MakesNoMarkup()
    {
        var text = Markdown(ReportFixture.Evil());

        var outsideCode = System.Text.RegularExpressions.Regex.Replace(text, "`[^`\n]*`", "");
        Assert.DoesNotContain("<script", outsideCode, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", outsideCode, StringComparison.Ordinal);
        Assert.DoesNotContain("@everyone", outsideCode, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', text);
        // Rows of one table have the same number of cells.
        Assert.All(text.Split('\n').Where(static line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains("script", StringComparison.Ordinal)),
            static line => Assert.Contains("\\|", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Csv_Metrics_AreGolden() => Golden.Check("metrics.csv", Written(output => CsvExport.Metrics(SummaryFixture.Full(), output)));

    [Fact]
    public void Csv_Operations_AreGolden() => Golden.Check("operations.csv", Written(output => CsvExport.Operations(SummaryFixture.Full(), output)));

    [Fact]
    public async Task Csv_TimeSeries_IsGolden()
    {
        await using var output = new StringWriter();
        await CsvExport.TimeSeriesAsync(ReportFixture.Points(3).ToAsyncEnumerable(), output);

        Golden.Check("timeseries.csv", output.ToString());
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    public void Csv_Texts_AreQuotedAndNoFormulas(string operation, string cell)
    {
        var summary = SummaryFixture.Full();
        summary = summary with { Http = [summary.Http[0] with { Operation = operation }] };

        var text = Written(output => CsvExport.Operations(summary, output));

        Assert.StartsWith($"{cell},POST,", text.Split('\n')[1], StringComparison.Ordinal);
    }

    private static string Markdown(RunReport report) => Written(output => MarkdownExport.Write(report, output));

    private static string Written(Action<TextWriter> write)
    {
        using var output = new StringWriter { NewLine = "\n" };
        write(output);
        return output.ToString();
    }

    /// <summary>The document, checked against the schema.</summary>
    private static string Valid(RunReport report)
    {
        var text = Written(output => JUnitExport.Write(report, output));
        var schemas = new XmlSchemaSet();
        using var schema = XmlReader.Create(Path.Combine(AppContext.BaseDirectory, "Golden", "junit.xsd"));
        schemas.Add(null, schema);
        var errors = new List<string>();
        XDocument.Parse(text).Validate(schemas, (_, error) => errors.Add(error.Message));
        Assert.Empty(errors);
        return text;
    }
}
