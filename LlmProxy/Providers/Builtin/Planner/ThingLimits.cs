namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Which things will not do, however well their names fit: of another place, of another day, without what the goal quotes.</summary>
internal static class ThingLimits
{
    // A seat of another event than the chosen one will not do.
    public static bool LiesWhere(Thing thing, Parameter parameter, Operation operation, Step step)
    {
        foreach (var (name, chosen) in step.Chosen)
        {
            if (name != parameter.Name && !step.Guessed.Contains(name) && Array.Find(operation.Parameters, other => other.Name == name && other.Noun is not null) is { } outer && outer.Noun != parameter.Noun
                && thing.Source != chosen.Source && thing.Has(name) is { } where && chosen.IdFor(outer, outer.Noun!) is { } id && where.ToString() != id.ToString())
            {
                return false;
            }
        }

        return true;
    }

    // Where nothing else can take a quoted name, the thing must have it: "the booking of Ann for 'Cats'" is no other booking of hers.
    public static bool HasAll(Thing thing, Parameter parameter, Operation operation, Step step, ToolSet tools) =>
        step.Intent.Kind is not (IntentKind.Delete or IntentKind.Act) || !thing.IsA(parameter.Noun ?? "") || operation != step.Operation
        || operation.All.Any(other => other != parameter && (other.Noun ?? other.Item?.Noun) is not null || (other is { Type: "string", Enum.Length: 0, InPath: false } && other.Properties.Length == 0))
        || step.Intent.Phrases.Where(phrase => !(phrase.Content.Count > 0 && !phrase.Content[0].IsCapital && phrase.Content[0].Stem != parameter.Noun && tools.Collections.Contains(phrase.Content[0].Stem)))
            .SelectMany(phrase => phrase.Tokens).All(token => token.Kind != TokenKind.Literal || token.Text.StartsWith("{{", StringComparison.Ordinal)
            || thing.Texts.Exists(text => text.Contains(token.Text, StringComparison.OrdinalIgnoreCase)));

    // "the request that starts on 2 May": one of another day may have a better one on the next page.
    public static bool IsOfTheDay(Thing thing, Step step) => step.Operation.All.Any(other => other.Format is "date" or "date-time")
        || step.Intent.Tokens.All(token => token.Kind != TokenKind.Date || thing.Texts.Exists(text => text.StartsWith(token.Text, StringComparison.Ordinal)));
}
