using System.Globalization;

namespace ApeTest.Scenarios.Data.Generators;

/// <summary>
/// <c>sequence()</c>, <c>sequence(1000)</c>: whole numbers from 1, or from the number given, each once in a run. Places with the same
/// first number share a sequence.
/// </summary>
internal sealed class SequenceGenerator(string text, long place, long first) : Generator(text, place)
{
    private int _index;
    private int _count = 1;

    /// <summary>Shares out the numbers among all places of a scenario: must be called once for them, before the first draw.</summary>
    public static void Share(IEnumerable<Generator> generators)
    {
        foreach (var sequence in generators.OfType<SequenceGenerator>().GroupBy(static generator => generator.First))
        {
            var places = sequence.ToArray();
            for (var i = 0; i < places.Length; i++)
            {
                (places[i]._index, places[i]._count) = (i, places.Length);
            }
        }
    }

    private long First => first;

    internal override bool IsJson => true;

    internal override string Value(SessionDraw draw, int number) => (first + draw.Ordinal(number, _index, _count)).ToString(CultureInfo.InvariantCulture);
}
