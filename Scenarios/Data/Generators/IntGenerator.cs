using System.Globalization;

namespace ApeTest.Scenarios.Data.Generators;

/// <summary><c>int(1..6)</c>: a whole number from the first to the last, both included, all equally often.</summary>
internal sealed class IntGenerator(string text, long place, long from, long to) : Generator(text, place)
{
    /// <summary>Largest bound, either way: what every JSON reader holds exactly.</summary>
    public const long Limit = (1L << 53) - 1;

    internal override bool IsJson => true;

    internal override string Value(SessionDraw draw, int number) =>
        (from + draw.Number(this, number, to - from + 1)).ToString(CultureInfo.InvariantCulture);
}
