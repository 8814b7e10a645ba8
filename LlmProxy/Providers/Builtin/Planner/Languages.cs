using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Languages by their English names, where an API has them by their codes: "in French" is <c>fr</c>, <c>FR</c> or <c>fr-FR</c>.</summary>
internal static class Languages
{
    private static readonly FrozenSet<string> Asking = Words.Set("language lang locale culture");

    private static readonly FrozenDictionary<string, string> Codes = new Dictionary<string, string>
    {
        ["english"] = "en", ["german"] = "de", ["french"] = "fr", ["spanish"] = "es", ["italian"] = "it", ["dutch"] = "nl", ["polish"] = "pl", ["portuguese"] = "pt",
        ["swedish"] = "sv", ["danish"] = "da", ["norwegian"] = "no", ["finnish"] = "fi", ["czech"] = "cs", ["greek"] = "el", ["turkish"] = "tr", ["russian"] = "ru",
        ["ukrainian"] = "uk", ["japanese"] = "ja", ["chinese"] = "zh", ["korean"] = "ko", ["arabic"] = "ar", ["hindi"] = "hi",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The choice that the intent names in English; null where the parameter is no language, or none is named.</summary>
    public static JsonNode? Choice(Intent intent, Parameter parameter)
    {
        if (!parameter.Is(Asking))
        {
            return null;
        }

        foreach (var token in intent.Tokens)
        {
            if (Codes.TryGetValue(token.Text, out var code) && Array.Find(parameter.Enum, option => option.Split('-', '_')[0].Equals(code, StringComparison.OrdinalIgnoreCase)) is { } option)
            {
                return Values.Typed(option, parameter.Type);
            }
        }

        return null;
    }
}
