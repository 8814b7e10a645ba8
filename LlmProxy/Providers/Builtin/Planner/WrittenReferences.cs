using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>References that the goal writes out itself: ids, numbers, IBANs, "owner/name".</summary>
internal static class WrittenReferences
{
    // "from DE02 1203": what the goal writes out is not looked up.
    public static Found? Of(Phrase phrase, Parameter parameter)
    {
        var pattern = parameter.Pattern;
        return phrase.Tokens.FirstOrDefault(token => token.Kind is TokenKind.Id or TokenKind.Literal or TokenKind.Number
            && (pattern is null ? token.Kind == TokenKind.Id : PatternText.Matches(pattern, token.Text))) is { } written ? Found.Of(JsonValue.Create(written.Text)) : null;
    }

    // "the seats A3, A4 and B2", "the rooms 12 and 14"
    public static List<GoalToken> Listed(Phrase phrase, string noun)
    {
        var behind = phrase.Tokens.SkipWhile(token => !Words.Related(token.Stem, noun)).Skip(1).Where(token => token.Kind == TokenKind.Number);
        return [.. phrase.Tokens.Where(token => token.Kind is TokenKind.Id or TokenKind.Literal).Concat(behind).Distinct()];
    }

    // "ann/engine" fills two path parameters that follow each other.
    public static string? Pair(Operation operation, Parameter parameter, Intent intent)
    {
        if (!parameter.InPath || parameter.Type is not ("string" or ""))
        {
            return null;
        }

        var path = operation.Path;
        var at = path.IndexOf("{" + parameter.Name + "}", StringComparison.OrdinalIgnoreCase);
        var end = at + parameter.Name.Length + 2;
        var isFirst = at >= 0 && path.AsSpan(end).StartsWith("/{");
        var isSecond = at > 1 && path.AsSpan(0, at).EndsWith("}/");
        var pair = isFirst || isSecond ? intent.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Id && token.Text.Contains('/', StringComparison.Ordinal))?.Text.Split('/') : null;
        return pair is not { Length: 2 } ? null : isFirst ? pair[0] : pair[1];
    }

    // "order 42", "#42", "account ACC-1"; a word-like id may also be a name, then what was seen decides.
    public static string? Literal(Phrase phrase, Parameter parameter, string noun, Knowledge knowledge)
    {
        for (var i = 0; i < phrase.Tokens.Count; i++)
        {
            var token = phrase.Tokens[i];
            var behindNoun = i > 0 && Words.Related(phrase.Tokens[i - 1].Stem, noun);
            if (token.Kind == TokenKind.Id && token.Text.Any(char.IsDigit) && (behindNoun || phrase.Content.All(word => Words.Related(word.Stem, noun)))
                && !(!token.Text.All(char.IsDigit) && knowledge.Things.Exists(thing => thing.IsA(noun) && thing.Value.ToString().Contains(token.Text, StringComparison.OrdinalIgnoreCase) && thing.IdFor(parameter, noun)?.ToString() != token.Text)))
            {
                return parameter.Type == "integer" && !long.TryParse(token.Text, out _) ? null : token.Text;
            }

            if (token.Kind == TokenKind.Number && behindNoun && i > 0 && phrase.Tokens[i - 1].Stem.Length > 0)
            {
                return token.Text;
            }
        }

        return null;
    }
}
