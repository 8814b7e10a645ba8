using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Numbers with a unit of time: "for 28 days" for <c>period_days</c>, "three weeks" for the same (21).</summary>
internal static class Durations
{
    private static readonly FrozenSet<string> Periods = Words.Set("period duration term length extension validity");

    // In hours; months and years convert among themselves only.
    private static readonly FrozenDictionary<string, (decimal Size, bool IsCalendar)> Units = new Dictionary<string, (decimal, bool)>(StringComparer.Ordinal)
    {
        ["second"] = (1m / 3600, false), ["minut"] = (1m / 60, false), ["hour"] = (1, false), ["day"] = (24, false), ["night"] = (24, false), ["week"] = (168, false),
        ["month"] = (1, true), ["year"] = (12, true),
    }.ToFrozenDictionary(pair => Words.Stem(pair.Key), pair => pair.Value, StringComparer.Ordinal);

    public static bool IsUnit(GoalToken token) => token.Kind == TokenKind.Word && Units.ContainsKey(token.Stem);

    /// <summary>The length of time that an intent's words hold for a parameter, in the parameter's own unit; null when they hold none.</summary>
    public static JsonNode? Find(Intent intent, Parameter parameter)
    {
        if (parameter.Type is not ("integer" or "number") || parameter.Enum.Length > 0)
        {
            return null;
        }

        var wanted = parameter.Tokens.FirstOrDefault(Units.ContainsKey);
        var isPeriod = parameter.Is(Periods);
        wanted ??= isPeriod ? Words.Split(parameter.Description).LastOrDefault(Units.ContainsKey) : null;
        if (wanted is null && !isPeriod)
        {
            return null;
        }

        foreach (var phrase in intent.Phrases)
        {
            for (var i = 0; i + 1 < phrase.Tokens.Count; i++)
            {
                if (phrase.Tokens[i].Kind != TokenKind.Number || !IsUnit(phrase.Tokens[i + 1]))
                {
                    continue;
                }

                var (said, unit) = (Units[phrase.Tokens[i + 1].Stem], wanted is null ? default : Units[wanted]);
                if (wanted is null || said.IsCalendar == unit.IsCalendar)
                {
                    var number = wanted is null ? phrase.Tokens[i].Number : phrase.Tokens[i].Number * said.Size / unit.Size;
                    return Values.Typed(decimal.Round(number, 4).ToString("0.####", CultureInfo.InvariantCulture), parameter.Type);
                }
            }
        }

        return null;
    }
}
