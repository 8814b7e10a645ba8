using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Finds the words of an intent that say which thing a reference shall be.</summary>
internal static class PhraseFinder
{
    // What one has a number of: the thing itself is named behind "for" or "on".
    private static readonly FrozenSet<string> Units = Words.Set("seat ticket place spot booking reservation appointment table loan order comment review");

    private static readonly FrozenSet<string> Places = Words.Set("station location branch store city place airport depot office region site hub");

    /// <summary>The phrase, and whether it speaks of such a thing expressly; what names another reference is left out.</summary>
    public static (Phrase Phrase, bool IsExpress) For(Parameter single, string parameterName, Operation operation, Step step, ToolSet tools)
    {
        var (phrase, isExpress) = Find(single, operation, step, tools);
        // "two of the cheapest tickets for Cats": which of them goes for what no other reference takes.
        var spoken = step.Intent.Object;
        if (phrase.Order is null && spoken.Order is { Fields.Count: > 0 } && !operation.Parameters.SelectMany(Nouns).Any(other => other != single.Noun && tools.Means(spoken.Head, other)))
        {
            phrase = new Phrase(phrase.Preposition, [.. phrase.Tokens, .. spoken.Tokens.Where(Order.IsWord)]);
        }

        var claimed = step.Claims.Where(claim => claim.Key != parameterName).SelectMany(claim => claim.Value).ToHashSet();
        return claimed.Count == 0 || !phrase.Tokens.Any(claimed.Contains) ? (phrase, isExpress)
            : (new Phrase(phrase.Preposition, [.. phrase.Tokens.Where(token => !claimed.Contains(token))]), isExpress);
    }

    // "in Vienna" for a station
    private static Phrase? Place(string noun, Intent intent) => !Places.Contains(noun) ? null
        : intent.Phrases.FirstOrDefault(phrase => phrase.Preposition is "in" or "at" && phrase.Tokens.Any(token => token.IsCapital || token.Kind == TokenKind.Literal));

    /// <summary>Whether the intent says in what place, and a parameter asks for one.</summary>
    public static bool IsPlace(Parameter parameter, Intent intent) => parameter.Role.Length == 0 && Place(parameter.Noun!, intent) is not null;

    /// <summary>Whether the intent speaks of such a thing at all.</summary>
    public static bool IsMentioned(Parameter single, Intent intent, Operation operation, ToolSet tools)
    {
        var noun = single.Noun!;
        return IsOfVerb(single, intent) || Role(single, intent) is not null || (single.Role.Length == 0 && Place(noun, intent) is not null) || intent.Phrases.Any(phrase => phrase.Content.Any(token => tools.Means(token.Stem, noun))
            && !(phrase.Preposition.Length == 0 && phrase.Head == operation.Noun && noun == operation.Noun && intent.Kind == IntentKind.Create));
    }

    // "assign the task to Ann": assigneeId
    private static bool IsOfVerb(Parameter single, Intent intent) =>
        !single.InPath && intent.Verb.Length > 0 && single.Tokens.Any(token => Words.Related(intent.Verb, token)) && !Words.Related(intent.Verb, single.Noun!);

    // "..., assigned to Ann": the words behind the role that an optional reference is named after.
    private static Phrase? Role(Parameter single, Intent intent)
    {
        if (single.InPath || single.Required || single.Tokens.Length < 2 || single.Tokens[0] == single.Noun)
        {
            return null;
        }

        for (var i = 0; i < intent.Phrases.Count; i++)
        {
            if (intent.Phrases[i].Tokens.LastOrDefault() is { Stem.Length: > 0 } last && Words.Related(last.Stem, single.Tokens[0]))
            {
                return intent.Phrases.Skip(i + 1).FirstOrDefault(phrase => phrase.Preposition is "to" or "by" or "for");
            }
        }

        return null;
    }

    private static (Phrase Phrase, bool IsExpress) Find(Parameter single, Operation operation, Step step, ToolSet tools)
    {
        var (noun, role, intent) = (single.Noun!, single.Role, step.Intent);
        if (role.Length > 0)
        {
            var said = intent.Phrases.FirstOrDefault(phrase => role == "to" ? phrase.Preposition is "to" or "into" or "onto" : phrase.Preposition == role);
            // "pay City Power 80 EUR from Household": whom comes right behind the verb.
            return (said ?? (role == "to" ? new Phrase("", intent.Object.Tokens) : new Phrase(role, [])), said is not null);
        }

        if (IsOfVerb(single, intent) && intent.Phrases.FirstOrDefault(phrase => phrase.Preposition is "to" or "for" or "with") is { } behind)
        {
            return (behind, true);
        }

        if (!single.InPath && Place(noun, intent) is { } place && !intent.Phrases.Any(phrase => phrase.Content.Any(token => token.Stem == noun)))
        {
            return (place, true);
        }

        if (Role(single, intent) is { } mate)
        {
            return (mate, true);
        }

        string[] others = [operation.Noun, step.Operation.Noun, .. operation.Parameters.SelectMany(Nouns).Where(other => other != noun)];
        foreach (var exact in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (var phrase in intent.Phrases)
            {
                if (phrase.Content.Any(token => exact ? token.Stem == noun : tools.Means(token.Stem, noun)))
                {
                    return (phrase.Preposition.Length == 0 ? Joined(intent, others, noun, tools, operation) : phrase, true);
                }
            }
        }

        // The object is something else: what is made ("a booking for 'Night Trains'") or another reference ("two seats for ...").
        // "A1, A2 and A3 for 'Cats'": what is listed goes into the parameter that takes many.
        var isListed = single.InPath is false && operation.Parameters.Any(other => other.Item?.Noun is not null && other.Item != single) && intent.Phrases.Count > 1
            && intent.Object.Tokens.Any(token => token.Kind == TokenKind.Id) && intent.Object.Tokens.All(token => token.Kind == TokenKind.Id || Words.IsIdle(token.Stem));
        bool IsOther(Phrase phrase) => (isListed && phrase == intent.Object) || IsAside(phrase, noun, tools, operation) || phrase.Content.Any(token => (Units.Contains(token.Stem) && !token.Is("book") && !token.Is("books")) || others.Any(other => other != noun && Words.Related(other, token.Stem)));
        if (intent.Object.Tokens.Count > 0 && !IsOther(intent.Object))
        {
            return (Joined(intent, others, noun, tools, operation), false);
        }

        return (intent.Phrases.Skip(1).FirstOrDefault(phrase => phrase.Preposition is "for" or "on" or "to" or "in" or "at" or "with" or "from" or "into" or "of"
                && phrase.Tokens.Any(token => token.Kind is TokenKind.Literal or TokenKind.Id or TokenKind.Word) && !IsOther(phrase))
            ?? new Phrase("", []), false);
    }

    // "in the thread 'Slugs'": where a post lies, and not what it is called.
    private static bool IsContainer(Phrase phrase, string noun, ToolSet tools) =>
        phrase.Content.Count > 0 && phrase.Content[0].Stem is var first && first != noun && !phrase.Content[0].IsCapital && tools.Collections.Contains(first) && phrase.Tokens.Any(Naming.IsName);

    // What says nothing of such a thing: for whom it is done, when, or a word that the API knows as a choice of something else ("in the stalls").
    private static bool IsAside(Phrase phrase, string noun, ToolSet tools, Operation operation) => IsPerson(phrase, noun)
        || (Addresses.IsAddress(phrase) && operation.All.Any(Addresses.Is))
        || (phrase.Tokens.FirstOrDefault(token => token.Kind != TokenKind.Word || !Words.IsIdle(token.Stem)) is { Stem.Length: > 0 } first
            && operation.All.Any(other => other is { Type: "array", Item.Type: "string" } && other.Tokens[^1] == first.Stem))
        || (phrase.Content.Count > 0 && !phrase.Tokens.Any(token => token.IsValue) && phrase.Content.All(token => tools.IsChoiceOfOther(token.Stem, noun)));

    // "in the name of", "Ann Lee ann@example.com": somebody, and no thing is called so.
    private static bool IsPerson(Phrase phrase, string noun) => !Parameter.IsPeople(noun)
        && ((phrase.Preposition is "in" or "under" && phrase.Head == "name")
            || (phrase.Preposition is "for" or "of" && phrase.Tokens.Any(token => token.Kind == TokenKind.Email) && phrase.Content.All(token => token.IsCapital)));

    private static IEnumerable<string> Nouns(Parameter parameter) =>
        new[] { parameter.Noun, parameter.Item?.Noun }.OfType<string>();

    // What narrows the object down follows it: "the novel by Herbert", "the train to Paris on 2026-12-01".
    private static Phrase Joined(Intent intent, string[] others, string noun, ToolSet tools, Operation operation)
    {
        List<GoalToken> tokens = [.. intent.Object.Tokens];
        foreach (var phrase in intent.Phrases.Skip(1).Where(phrase => phrase.Preposition is "by" or "in" or "on" or "at" or "from" or "to" or "about" or "with" or "of"
            && !IsContainer(phrase, noun, tools) && !IsAside(phrase, noun, tools, operation) && !others[2..].Any(other => Words.Related(other, phrase.Head))))
        {
            tokens.AddRange(phrase.Tokens.Where(token => token.Kind is not (TokenKind.Number or TokenKind.Money)));
        }

        var bound = intent.Phrases.FirstOrDefault(phrase => phrase.Preposition is "under" or "below" or "over" or "above"
            && phrase.Tokens.Any(token => token.Kind is TokenKind.Number or TokenKind.Money));
        return bound is null ? new Phrase("", tokens) : new Phrase(bound.Preposition, [.. tokens, .. bound.Tokens]);
    }
}
