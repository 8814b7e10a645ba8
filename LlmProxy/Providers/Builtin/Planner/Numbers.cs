using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Which of an operation's numbers a number of the goal is: the one that is named, or the one that has its unit ("40 %", "19.5 degrees").</summary>
internal static class Numbers
{
    private static readonly (FrozenSet<string> Units, string[] Names)[] Measures =
    [
        (Words.Set("degree degrees celsius fahrenheit kelvin"), Stems("temperature temp setpoint degree")),
        (Words.Set("percent pct"), Stems("percent percentage brightness volume level dim discount opacity position humidity")),
        (Words.Set("kg kilogram kilo gram pound lb"), Stems("weight mass kg")),
        (Words.Set("km kilometer kilometre meter metre mile m"), Stems("distance length km meter mile height depth range")),
        (Words.Set("star stars point points"), Stems("rating star score stars point")),
        (Words.Set("watt kw kwh"), Stems("power watt kw limit energy")),
    ];

    /// <summary>Whether the one number of an intent can be this parameter's.</summary>
    public static bool Fits(Intent intent, GoalToken number, Parameter parameter, Operation operation)
    {
        // "the vehicle B-AB 100": part of a name, unless it is asked for.
        if (!parameter.Required && IsOfName(intent, number))
        {
            return false;
        }

        var rivals = operation.Parameters.Where(other => other is { Type: "integer" or "number", InPath: false, Noun: null } && other.Enum.Length == 0).ToList();
        if (rivals.Count < 2)
        {
            return true;
        }

        if (rivals.Find(other => IsNamed(intent, other)) is { } named)
        {
            return named == parameter;
        }

        var unit = Unit(intent, number);
        var names = Array.Find(Measures, measure => unit.Length > 0 && measure.Units.Contains(unit)).Names;
        var measured = names?.Select(name => rivals.Find(other => other.Tokens.Contains(name))).FirstOrDefault(other => other is not null);
        return measured is not null ? measured == parameter : rivals.Count(other => other.Required) == 1 ? parameter.Required : unit.Length == 0 && parameter.Required;
    }

    private static bool IsNamed(Intent intent, Parameter parameter) => intent.Tokens.Any(token => token.Kind == TokenKind.Word && parameter.Tokens.Contains(token.Stem));

    private static bool IsOfName(Intent intent, GoalToken number)
    {
        foreach (var phrase in intent.Phrases)
        {
            for (var i = 1; i < phrase.Tokens.Count; i++)
            {
                if (ReferenceEquals(phrase.Tokens[i], number))
                {
                    return phrase.Tokens[i - 1] is { Kind: TokenKind.Id } or { IsCapital: true, StartsSentence: false };
                }
            }
        }

        return false;
    }

    private static string Unit(Intent intent, GoalToken number)
    {
        foreach (var phrase in intent.Phrases)
        {
            for (var i = 0; i + 1 < phrase.Tokens.Count; i++)
            {
                if (ReferenceEquals(phrase.Tokens[i], number))
                {
                    return phrase.Tokens[i + 1].Stem;
                }
            }
        }

        return "";
    }

    private static string[] Stems(string words) => Array.ConvertAll(words.Split(' '), Words.Stem);
}
