using System.Collections.Immutable;
using ApeTest.Observability.Reports;
using ApeTest.Observability.Reports.Charts;
using ApeTest.Runs.Records;

namespace ApeTest.Observability.Dashboard;

/// <summary>The calls of a session on one axis of time: where each part of each began and how long it was.</summary>
internal static class Waterfall
{
    /// <summary>Width of the axis.</summary>
    public const double Width = 1000;

    // What is too short to be seen is shown all the same.
    private const double Least = 1.5;

    /// <summary>The parts with their colours, those of the charts.</summary>
    public static IEnumerable<(string Part, int Colour)> Legend => RunCharts.Parts.Where(static part => part.Part != "unaccounted");

    /// <summary>The bars of each call, in its order; none for a call that no time was measured of.</summary>
    public static IReadOnlyList<ImmutableArray<WaterfallBar>> Of(ImmutableArray<ActionRecord> actions)
    {
        var whole = actions.Sum(static action => Transcript.Parts(action).Sum(static part => part.Seconds));
        var rows = new List<ImmutableArray<WaterfallBar>>(actions.Length);
        var at = 0.0;
        foreach (var action in actions)
        {
            var bars = ImmutableArray.CreateBuilder<WaterfallBar>();
            foreach (var (name, seconds) in Transcript.Parts(action))
            {
                if (seconds > 0 && whole > 0)
                {
                    var colour = RunCharts.Parts.First(part => part.Part == name).Colour;
                    bars.Add(new WaterfallBar(name, colour, at, seconds, Math.Min(Width - Least, at / whole * Width), Math.Max(Least, seconds / whole * Width)));
                    at += seconds;
                }
            }
            rows.Add(bars.ToImmutable());
        }
        return rows;
    }
}

/// <summary>One part of a call.</summary>
/// <param name="Part">Name of the part.</param>
/// <param name="Colour">Colour of the palette.</param>
/// <param name="From">Seconds since the session's first call.</param>
/// <param name="Seconds">Length.</param>
/// <param name="X">Left edge, of <see cref="Waterfall.Width"/>.</param>
/// <param name="Width">Width on the same scale.</param>
public sealed record WaterfallBar(string Part, int Colour, double From, double Seconds, double X, double Width);
