using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Load;

/// <summary>
/// Finds the level at which a system breaks: raises by steps until it is told that a level broke, then bisects between the last that held
/// and the first that did not. Knows nothing of time: it is asked for a level and told how that went. Not thread-safe.
/// </summary>
public sealed class BreakpointSearch
{
    private readonly double _from;
    private readonly double _to;
    private readonly double _by;
    private readonly double _precision;
    private readonly bool _isWhole;
    private int _raised;

    /// <param name="from">First level, above 0.</param>
    /// <param name="to">Highest level, at least <paramref name="from"/>.</param>
    /// <param name="by">Step, above 0.</param>
    /// <param name="precision">Largest distance of the two levels between which the answer lies, above 0.</param>
    /// <param name="isWhole">Whether levels are whole numbers: agents.</param>
    public BreakpointSearch(double from, double to, double by, double precision, bool isWhole)
    {
        if (!(from > 0 && to >= from && by > 0 && precision > 0))
        {
            throw new ArgumentException("A search goes from a level above 0 upwards by steps, to a precision above 0.");
        }
        (_from, _to, _by, _precision, _isWhole) = (from, to, by, isWhole ? Math.Max(1, precision) : precision, isWhole);
        Level = from;
    }

    /// <summary>The search of a load of the shape breakpoint; rates are counted a second.</summary>
    public static BreakpointSearch Of(LoadSpec load) =>
        new(load.From?.Amount ?? load.By!.Value.Amount, load.To!.Value.Amount, load.By!.Value.Amount, PrecisionOf(load), load.Rate is null);

    /// <summary>Most levels that are tried after one broke: each halves the step.</summary>
    public static int MostBisections(LoadSpec load) =>
        (int)Math.Max(0, Math.Ceiling(Math.Log2(Math.Max(load.By!.Value.Amount, load.From?.Amount ?? 0) / PrecisionOf(load))));

    /// <summary>The level to try: agents, or sessions a second; null: the search is done.</summary>
    public double? Level { get; private set; }

    /// <summary>Highest level that held; null: none did.</summary>
    public double? LastGood { get; private set; }

    /// <summary>Lowest level that broke; null: none did, and the system holds more than was asked of it.</summary>
    public double? FirstBroken { get; private set; }

    /// <summary>Whether it is done.</summary>
    public bool IsDone => Level is null;

    /// <summary>Says how <see cref="Level"/> went, and sets the next. After the end it throws.</summary>
    public void Report(bool held)
    {
        var level = Level ?? throw new InvalidOperationException("The search is done.");
        if (held)
        {
            LastGood = level;
        }
        else
        {
            FirstBroken = level;
        }
        Level = FirstBroken is { } broken ? Between(LastGood ?? 0, broken) : level >= _to ? null : Math.Min(_to, _from + (++_raised * _by));
    }

    private static double PrecisionOf(LoadSpec load)
    {
        var precision = load.Precision?.Amount ?? load.By!.Value.Amount / 10;
        return load.Rate is null ? Math.Max(1, precision) : precision;
    }

    private double? Between(double good, double broken)
    {
        if (broken - good <= _precision * (1 + 1e-9))
        {
            return null;
        }
        var middle = (good + broken) / 2;
        return _isWhole ? Math.Floor(middle) : middle;
    }
}
