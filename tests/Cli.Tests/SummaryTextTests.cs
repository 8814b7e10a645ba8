using System.Text.RegularExpressions;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Summaries;

namespace ApeTest.Cli.Tests;

public sealed class SummaryTextTests
{
    [Fact]
    public void Write_FullSummary_IsGoldenAndFits80Columns()
    {
        OutcomeReason[] reasons =
        [
            new("failed", 5, "http_503: checkout answered 503 after three tries, which is more than this goal can bear with its patience"),
            new("failed", 1, "check: total was 0"),
            new("stuck", 2, "step_cap: 25 decisions without success"),
        ];

        var text = Write(SummaryFixture.Full(), reasons);

        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= SummaryText.Width, line));
        Golden.Check("summary.txt", text);
    }

    [Theory]
    [InlineData("http_rate", 121.94, "122/s")]
    [InlineData("http_rate{operation=rate}", 24.3, "24.3/s")]
    [InlineData("http_error_rate", 0.464, "46.4 %")]
    [InlineData("http_p95{operation=success}", 0.25, "250 ms")]
    [InlineData("cost_usd", 1.2, "$1.20")]
    [InlineData("check_errors", 12, "12")]
    public void Write_Threshold_ShowsTheValueInItsUnit(string metric, double value, string shown)
    {
        var full = SummaryFixture.Full();

        var text = Write(full with { Thresholds = [full.Thresholds[0] with { Name = metric, Value = value }] }, []);

        Assert.Matches($@"{Regex.Escape(metric)} +{Regex.Escape(shown)} ", text);
    }

    [Fact]
    public void Write_LastLine_SaysWhatWasMeasured()
    {
        var lines = Write(SummaryFixture.Full() with { Measured = "the model: 38 %" }, []).TrimEnd('\n').Split('\n');

        Assert.Equal("Measured: the model: 38 %", lines[^1]);
    }

    [Fact]
    public void Write_NothingMeasured_ShowsDashesAndNoEmptyParts()
    {
        var nothing = new Distribution(0, null, null, null, null, null, null);
        var full = SummaryFixture.Full();
        var summary = full with
        {
            Sessions = full.Sessions with { Succeeded = 0, Failed = 0, Stuck = 0, SuccessRate = null, ByGoal = [] },
            Mtba = new MtbaSummary(0, null, null, null, null, null, null, nothing, new MtbaParts(null, null, null, null, null, null), null),
            Ttft = nothing,
            Http = [],
            Errors = [],
            Slowest = [],
        };

        var text = Write(summary, []);

        Assert.Contains("0 judged, - succeeded", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Operations", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Errors", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_JourneysWithoutAModel_SayNothingOfOne()
    {
        var full = SummaryFixture.Full();

        var text = Write(full with { Llm = full.Llm with { Calls = 0 } }, []);

        Assert.DoesNotContain("TTFT", text, StringComparison.Ordinal);
        Assert.DoesNotContain("model calls", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_BytesAndConnectionsThatNobodyCounted_AreNotShown()
    {
        var full = SummaryFixture.Full();
        var uncounted = full.Http.Select(operation => operation with { BytesSent = null, BytesReceived = null, Connections = null, ReuseShare = null });

        var text = Write(full with { Http = [.. uncounted] }, []);

        Assert.Contains("  rate   613 requests/s", text, StringComparison.Ordinal);
        Assert.DoesNotContain("  wire ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_EscapeSequenceFromTheTarget_CannotReachTheTerminal()
    {
        var text = Write(SummaryFixture.Full(), [new OutcomeReason("failed", 1, "http_500: \e]0;owned\a")]);

        Assert.DoesNotContain('\e', text);
    }

    [Fact]
    public void Write_WithColour_PaintsVerdicts()
    {
        using var output = new StringWriter { NewLine = "\n" };

        new SummaryText(output, new Paint(true)).Write(SummaryFixture.Full(), [], "builtin/planner", ".ape/runs/x");

        Assert.Contains("\e[32mPASS\e[0m", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\e[31mFAIL\e[0m", output.ToString(), StringComparison.Ordinal);
    }

    private static string Write(RunSummary summary, IReadOnlyList<OutcomeReason> reasons)
    {
        using var output = new StringWriter { NewLine = "\n" };
        new SummaryText(output, new Paint(false)).Write(summary, reasons, "builtin/planner", $".ape/runs/{SummaryFixture.Run}");
        return output.ToString();
    }
}
