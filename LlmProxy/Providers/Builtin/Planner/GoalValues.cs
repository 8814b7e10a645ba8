using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Values that an intent's words hold for a parameter.</summary>
internal static class GoalValues
{
    private static readonly FrozenSet<string> Links = Words.Set("to is as at be a an the equals set");
    private static readonly FrozenSet<string> Yes = Words.Set("true yes on enabled");
    private static readonly FrozenSet<string> No = Words.Set("false no off disabled without not");

    /// <summary>The value behind the parameter's own name: "title 'X'", "quantity of the coffee to 3", "priority high", "3 nights".</summary>
    public static JsonNode? Attribute(Intent intent, Parameter parameter)
    {
        var spoken = Spoken(intent);
        var length = parameter.Tokens.Length;
        for (var i = 0; i + length <= spoken.Count && length > 0; i++)
        {
            var same = true;
            for (var j = 0; j < length && same; j++)
            {
                same = spoken[i + j].Stem == parameter.Tokens[j];
            }

            if (!same)
            {
                continue;
            }

            var behind = Behind(spoken, i + length, parameter, intent);
            if (behind is not null)
            {
                return behind;
            }

            // "3 nights", "5 stars"
            if (i > 0 && spoken[i - 1].Kind == TokenKind.Number && parameter.Type is "integer" or "number")
            {
                return Number(spoken[i - 1], parameter);
            }
        }

        return null;
    }

    /// <summary>The value of an enumeration that the words name; null when they name none.</summary>
    public static JsonNode? Choice(Intent intent, Parameter parameter)
    {
        // "move the open tasks to in review": what it shall be stands behind "to", and what it is before.
        var into = intent.Kind is IntentKind.Update or IntentKind.Act ? intent.Phrases.Select((phrase, i) => (phrase, i)).FirstOrDefault(entry => entry.i > 0 && entry.phrase.Preposition is "to" or "into" or "as").i : 0;
        return (into > 0 ? Choice(intent, parameter, Spoken(intent.Phrases.Skip(into))) : null) ?? Choice(intent, parameter, Spoken(intent));
    }

    private static JsonNode? Choice(Intent intent, Parameter parameter, List<GoalToken> spoken)
    {
        (string Value, double Score) best = ("", 0);
        foreach (var value in parameter.Enum)
        {
            var words = Words.Split(value);
            var hits = 0.0;
            foreach (var word in words)
            {
                var hit = 0.0;
                foreach (var token in spoken)
                {
                    hit = Math.Max(hit, token.Kind == TokenKind.Word ? Words.Match(word, token.Stem)
                        : token.Kind != TokenKind.Mark && token.Text.Equals(value, StringComparison.OrdinalIgnoreCase) ? 1
                        : token.Kind == TokenKind.Money && token.Currency.Equals(value, StringComparison.OrdinalIgnoreCase) ? 1 : 0);
                }

                var verb = intent.Kind == IntentKind.Create && StateWords.IsField(parameter) ? 0 : Math.Max(0.8 * Words.Match(word, intent.Verb), 0.9 * StateWords.Match(intent.Verb, word));
                hits += Math.Max(hit, Math.Max(verb, intent.Particle.Length > 0 && word == intent.Particle ? 1 : 0));
            }

            // "in progress" is one state of two words; to start something needs only the telling one.
            var telling = words.Length < 2 || intent.Kind == IntentKind.Create ? 0 : words.Max(word => StateWords.Match(intent.Verb, word) * 0.7);
            var score = words.Length == 0 ? 0 : Math.Max(telling, hits / words.Length);
            if (score > best.Score)
            {
                best = (value, score);
            }
        }

        return best.Score >= 0.6 ? Values.Typed(best.Value, parameter.Type) : null;
    }

    /// <summary>A flag that the words raise or lower: "a private channel", "mark it as done", "without breakfast"; null when they do not speak of it.</summary>
    public static JsonNode? Flag(Intent intent, Parameter parameter)
    {
        if (intent.Verb == Verbs.Turn && StateWords.IsSwitch(parameter))
        {
            return JsonValue.Create(intent.Particle == "on");
        }

        var spoken = Spoken(intent);
        foreach (var word in parameter.Tokens)
        {
            if (word.Length > 2 && spoken.FindIndex(token => token.Stem == word) is >= 0 and var at)
            {
                return JsonValue.Create(!(at > 0 && No.Contains(spoken[at - 1].Stem)));
            }

            if (intent.Kind is IntentKind.Act or IntentKind.Update or IntentKind.Delete
                && (StateWords.Match(intent.Verb, word) > 0 || spoken.Exists(token => token.Stem.Length > 2 && StateWords.Match(token.Stem, word) > 0)))
            {
                return JsonValue.Create(true);
            }

            // "mark it as read" where the flag is "unread"
            if (StateWords.Ends(intent.Verb, word) || (word.Length > 4 && word.StartsWith("un", StringComparison.Ordinal) && (intent.Verb == word[2..] || spoken.Exists(token => token.Stem == word[2..]))))
            {
                return JsonValue.Create(false);
            }
        }

        return null;
    }

    public static JsonNode Number(GoalToken token, Parameter parameter) =>
        Values.Typed(token.Number.ToString(CultureInfo.InvariantCulture), parameter.Type);

    /// <summary>Literals that do not say which other thing is meant.</summary>
    public static List<GoalToken> FreeLiterals(Intent intent, Operation operation)
    {
        List<GoalToken> free = [];
        foreach (var phrase in intent.Phrases)
        {
            for (var i = 0; i < phrase.Tokens.Count; i++)
            {
                if (phrase.Tokens[i].Kind == TokenKind.Literal && !NamesAnother(intent, phrase, i, operation))
                {
                    free.Add(phrase.Tokens[i]);
                }
            }
        }

        // "rename the task 'A' to 'B'": the last is the new one. Of what exists the first only says which.
        return intent.Kind is not (IntentKind.Update or IntentKind.Act) || !operation.Parameters.Any(parameter => parameter is { InPath: true, Noun: not null }) ? free
            : [.. free.Where(literal => intent.Phrases.Any(phrase => phrase.Preposition is "to" or "into" or "with" or "as" && phrase.Tokens.Contains(literal))).Reverse()];
    }

    // In "comment 'Hi' to the task 'Fix it'" the second literal tells which task: the operation has a reference to a task.
    private static bool NamesAnother(Intent intent, Phrase phrase, int at, Operation operation)
    {
        var noun = "";
        for (var i = at - 1; i >= 0 && noun.Length == 0; i--)
        {
            noun = phrase.Tokens[i].Kind == TokenKind.Word && !Words.IsIdle(phrase.Tokens[i].Stem) ? phrase.Tokens[i].Stem : "";
        }

        if (noun.Length == 0 && at + 1 < phrase.Tokens.Count && phrase.Tokens[at + 1].Kind == TokenKind.Word)
        {
            noun = phrase.Tokens[at + 1].Stem;
        }

        var references = operation.Parameters.Where(parameter => parameter.Noun is not null).ToList();
        if (noun.Length > 0)
        {
            var creates = intent.Kind == IntentKind.Create && Words.Related(operation.Noun, noun) && !operation.EndsWithParameter;
            return !creates && references.Exists(parameter => Words.Related(parameter.Noun!, noun));
        }

        // "add 'Buy milk' to 'Groceries'": behind a preposition it is where, unless nothing is asked for there.
        return phrase.Preposition is "to" or "in" or "on" or "into" or "from" or "for" && intent.Kind != IntentKind.Update && references.Count > 0;
    }

    private static JsonNode? Behind(List<GoalToken> spoken, int at, Parameter parameter, Intent intent)
    {
        var linked = false;
        var from = at;
        while (at < spoken.Count && (spoken[at].Kind == TokenKind.Word ? Links.Contains(spoken[at].Stem) : spoken[at].Text is ":" or "="))
        {
            linked |= spoken[at].Kind == TokenKind.Mark || spoken[at].Is("to") || spoken[at].Is("is") || spoken[at].Is("as");
            at++;
        }

        // "change the quantity of the coffee to 3"
        if (at < spoken.Count && !spoken[at].IsValue && intent.Kind is IntentKind.Update or IntentKind.Act)
        {
            var to = spoken.FindIndex(from, token => token.Is("to"));
            if (to >= 0 && to + 1 < spoken.Count)
            {
                (at, linked) = (to + 1, true);
            }
        }

        if (at >= spoken.Count)
        {
            return null;
        }

        var value = spoken[at];
        if (parameter.Enum.Length > 0)
        {
            return parameter.Enum.FirstOrDefault(option => option.Equals(value.Text, StringComparison.OrdinalIgnoreCase)) is { } option
                ? Values.Typed(option, parameter.Type) : null;
        }

        if (value.IsValue)
        {
            return parameter.Type switch
            {
                "integer" or "number" => value.Kind is not (TokenKind.Number or TokenKind.Money) ? null
                    : parameter.Is(SaidValues.Amount) ? Amounts.Number(value, parameter) : Number(value, parameter),
                "string" or "" => JsonValue.Create(value.Text),
                _ => null,
            };
        }

        // "under the name Eva Klein", "at the company Sunny Labs"
        if (parameter.Type == "string" && value.IsCapital && !value.StartsSentence)
        {
            return JsonValue.Create(string.Join(' ', spoken.Skip(at).TakeWhile(token => token.IsCapital).Select(token => token.Text)));
        }

        if (parameter.Type == "boolean" && value.Kind == TokenKind.Word)
        {
            return Yes.Contains(value.Stem) ? JsonValue.Create(true) : No.Contains(value.Stem) ? JsonValue.Create(false) : null;
        }

        return parameter.Type == "string" && (linked || (value.Text.Length > 1 && value.Text.All(char.IsUpper))) && value.Kind == TokenKind.Word && !Words.IsIdle(value.Stem) ? JsonValue.Create(value.Text) : null;
    }

    private static List<GoalToken> Spoken(Intent intent) => Spoken(intent.Phrases);

    private static List<GoalToken> Spoken(IEnumerable<Phrase> phrases)
    {
        List<GoalToken> spoken = [];
        foreach (var phrase in phrases)
        {
            if (phrase.Preposition.Length > 0)
            {
                spoken.Add(new GoalToken(TokenKind.Word, phrase.Preposition));
            }

            spoken.AddRange(phrase.Tokens);
        }

        return spoken;
    }
}
