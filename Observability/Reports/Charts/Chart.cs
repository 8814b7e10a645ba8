using System.Collections.Immutable;

namespace ApeTest.Observability.Reports.Charts;

/// <summary>A chart over the time of a run, drawn as SVG by <c>ChartView</c>.</summary>
/// <param name="Id">Unique in its page; letters and dashes.</param>
/// <param name="Title">What is shown.</param>
/// <param name="Unit">Unit of the values.</param>
/// <param name="Series">Lines, or from the bottom up the layers of a stack.</param>
/// <param name="IsStacked">Whether the values of the series add up.</param>
/// <param name="Times">End of each bin, in seconds since the run's start; as many as each series has values.</param>
/// <param name="Note">What a reader should know; null for nothing.</param>
public sealed record Chart(string Id, string Title, ChartUnit Unit, ImmutableArray<ChartSeries> Series, bool IsStacked, ImmutableArray<double> Times, string? Note = null)
{
    /// <summary>Whether there is anything to draw.</summary>
    public bool HasData => Series.Any(static series => series.Values.Any(static value => value is not null));
}

/// <summary>One line or layer.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Colour">1 to 8: a colour of the palette; the names of the parts of MTBA have theirs everywhere.</param>
/// <param name="Values">Values; null where nothing was measured.</param>
/// <param name="IsDashed">Whether the line is dashed, as what was asked for beside what was.</param>
public sealed record ChartSeries(string Name, int Colour, ImmutableArray<double?> Values, bool IsDashed = false);

/// <summary>Units of a chart.</summary>
public enum ChartUnit
{
    /// <summary>Seconds.</summary>
    Seconds,

    /// <summary>A number a second.</summary>
    PerSecond,

    /// <summary>A number.</summary>
    Count,
}
