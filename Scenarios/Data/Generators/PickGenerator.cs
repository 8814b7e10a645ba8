using System.Collections.Immutable;
using System.Text.Json;

namespace ApeTest.Scenarios.Data.Generators;

/// <summary><c>pick(red|green|blue)</c>: one of the texts, all equally often.</summary>
internal sealed class PickGenerator(string text, long place, ImmutableArray<string> choices) : Generator(text, place)
{
    internal override bool IsJson { get; } = choices.All(IsJsonText);

    internal override string Value(SessionDraw draw, int number) => choices[(int)draw.Number(this, number, choices.Length)];

    private static bool IsJsonText(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
