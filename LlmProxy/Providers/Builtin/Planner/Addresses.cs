using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Where something goes: "to 12 Elm Street", "at 'Oak Road 5'".</summary>
internal static class Addresses
{
    private static readonly FrozenSet<string> Names = Words.Set("address street");
    private static readonly FrozenSet<string> Other = Words.Set("email mail ip web url wallet");

    /// <summary>Whether a parameter is a postal address in one text.</summary>
    public static bool Is(Parameter parameter) => parameter is { Type: "string", Noun: null, Enum.Length: 0, Format: "" } && parameter.Is(Names) && !parameter.Is(Other);

    public static JsonNode? Find(Intent intent) => intent.Phrases.Where(IsAddress).Select(phrase => JsonValue.Create(
        phrase.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Literal)?.Text ?? string.Join(' ', phrase.Tokens.TakeWhile(IsPart).Select(token => token.Text)))).FirstOrDefault();

    /// <summary>Whether a phrase says where.</summary>
    public static bool IsAddress(Phrase phrase) => phrase.Preposition is "to" or "at"
        && (phrase.Tokens is [{ Kind: TokenKind.Literal }, ..] || (phrase.Tokens.TakeWhile(IsPart).ToList() is { Count: > 1 } parts
            && parts.Exists(token => token.Kind is TokenKind.Number or TokenKind.Id) && parts.Exists(token => token.IsCapital)));

    private static bool IsPart(GoalToken token) => token.IsCapital || token.Kind is TokenKind.Number or TokenKind.Id;
}
