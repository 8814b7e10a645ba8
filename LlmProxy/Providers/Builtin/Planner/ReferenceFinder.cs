using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Finds which thing a parameter such as <c>bookId</c> shall refer to, and the call that shows it when nothing has yet.</summary>
internal sealed class ReferenceFinder(PlanContext context, ArgumentFinder arguments)
{
    // What one has a number of: the thing itself is named behind "for" or "on".
    private static readonly FrozenSet<string> Units = Words.Set("seat ticket place spot booking reservation appointment table loan order comment review");

    /// <summary>Whether the intent speaks of such a thing at all.</summary>
    public bool IsMentioned(string noun, Intent intent, Operation operation) =>
        intent.Phrases.Any(phrase => phrase.Content.Any(token => Words.Related(token.Stem, noun)) && !(phrase.Preposition.Length == 0 && phrase.Head == operation.Noun && noun == operation.Noun && intent.Kind == IntentKind.Create));

    public Found Find(Parameter parameter, Operation operation, Step step, bool needed, int depth)
    {
        var many = parameter.Item is not null && parameter.Noun is null;
        var single = many ? parameter.Item! : parameter;
        var noun = single.Noun!;
        var phrase = PhraseFor(noun, single.Role, step.Intent, operation, step);
        var how = step.Intent.Quantity ?? 1;
        var toBeHad = step.Intent.Kind is IntentKind.Buy or IntentKind.Create or IntentKind.Choose;

        // 1. The goal gives the id itself.
        if (!many && Literal(phrase, single, noun) is { } literal && !step.Excluded.Contains(literal))
        {
            return Found.Of(Values.Typed(literal, single.Type));
        }

        // 2. Settled before.
        if (!many && step.Chosen.TryGetValue(parameter.Name, out var settled) && !step.Excluded.Contains(settled.Key) && settled.IdFor(single, noun) is { } same)
        {
            return Found.Of(Values.Typed(same, single.Type));
        }

        // 3. Where the thing lies that is meant: a task known by name or by "it" knows its project.
        var things = context.Knowledge.Things.Where(thing => thing.IdFor(single, noun) is not null).ToList();
        if (!many && Outer(parameter, operation, step) is { } outer)
        {
            return Found.Of(Values.Typed(outer, single.Type));
        }

        // 4. One that this session made: by what it is called, by "it" or "the order", or because no other is spoken of.
        var plain = IsPlain(phrase, noun);
        var made = MadeHere(things, noun, step);
        if (!many && Own(things, phrase, noun, step) is { } own)
        {
            return Settle(parameter, single, noun, own, step);
        }

        // 5. The state holds it, and nothing was said that would choose another.
        if (!many && plain && context.FromState(parameter) is { } known && !step.Excluded.Contains(known.ToString()))
        {
            return Found.Of(Values.Typed(known, single.Type));
        }

        // 6. A login answers with who we are.
        if (!many && things.Count == 0 && context.Knowledge.Named(parameter.Name, single.Type) is { } named)
        {
            return Found.Of(Values.Typed(named, single.Type));
        }

        var maker = context.Tools.Operations.FirstOrDefault(other => other.Method == "POST" && other.Noun == noun && !other.EndsWithParameter
            && other != operation && other != step.Operation);

        // 7. Look it up, wider each time, until something fits.
        var search = arguments.Lookups.Next(single, noun, phrase, step, depth, maker is not null, () => Fitting(things, phrase, noun, how, step, toBeHad));
        if (search.Call is not null)
        {
            return search;
        }

        var choice = Fitting(things, phrase, noun, how, step, toBeHad) ?? Chooser.Choose(Known(things, noun), phrase, noun, how, step.Excluded, toBeHad);
        if (choice is not null && (choice.Fits || !arguments.Lookups.CanFilter(single, noun, phrase)))
        {
            return many ? Several(parameter, single, noun, phrase, things, how, step) : Settle(parameter, single, noun, choice.Thing, step);
        }

        if (!many && made is not null)
        {
            return Settle(parameter, single, noun, made, step);
        }

        // 8. There is none: make one, if the API makes such things.
        if (needed && maker is not null && choice is null && !phrase.Tokens.Any(token => token.Kind == TokenKind.Literal && phrase.Mentions(noun)))
        {
            var (filled, obstacle) = arguments.Fill(maker, step, depth + 1);
            var call = new Planned(maker, filled, step, noun);
            if (obstacle.Ends || !context.Knowledge.WasMade(call.Key))
            {
                return obstacle.Ends ? obstacle : Found.Need(call);
            }
        }

        var what = string.Join(' ', phrase.Tokens.Select(token => token.Text));
        return Found.StuckBecause(what.Length > 0 ? $"no {noun} was found that matches \"{what}\" for {operation.Name}" : $"no {noun} was found for {parameter.Name} of {operation.Name}");
    }

    private static bool IsPlain(Phrase phrase, string noun) =>
        phrase.Order is null && !phrase.Tokens.Any(token => token.Kind is TokenKind.Literal or TokenKind.Id)
        && phrase.Content.All(token => Words.Related(token.Stem, noun));

    private static Thing? MadeHere(List<Thing> things, string noun, Step step) =>
        things.FindLast(thing => thing.Made && thing.IsA(noun) && !step.Excluded.Contains(thing.Key))
        ?? things.FindLast(thing => thing.Made && thing.Nouns.Any(other => Words.Related(other, noun)) && !step.Excluded.Contains(thing.Key));

    private static Thing? Own(List<Thing> things, Phrase phrase, string noun, Step step)
    {
        if (phrase.Tokens.Any(token => token.Kind == TokenKind.Literal)
            && Chooser.Choose(things.Where(thing => thing.Made && thing.IsA(noun)), phrase, noun, 1, step.Excluded, false) is { Fits: true } named)
        {
            return named.Thing;
        }

        var made = MadeHere(things, noun, step);
        if (made is null)
        {
            return null;
        }

        var spokenOf = phrase.Content.Any(token => Words.Related(token.Stem, noun));
        var only = things.Where(thing => thing.Made && thing.IsA(noun)).Select(thing => thing.Key).Distinct().Count() == 1;
        return IsPlain(phrase, noun) || step.Intent.PointsBack || (!spokenOf && only && made.IsA(noun)) ? made : null;
    }

    private JsonElement? Outer(Parameter parameter, Operation operation, Step step)
    {
        foreach (var inner in operation.Parameters.Where(other => other.Noun is not null && other.Noun != parameter.Noun && other != parameter))
        {
            var phrase = PhraseFor(inner.Noun!, inner.Role, step.Intent, operation, step);
            var things = context.Knowledge.Things.Where(thing => thing.IsA(inner.Noun!) && thing.Has(parameter.Name) is not null && thing.IdFor(inner, inner.Noun!) is not null).ToList();
            if (Own(things, phrase, inner.Noun!, step) is { } thing)
            {
                return thing.Has(parameter.Name);
            }
        }

        return null;
    }

    private static Choice? Fitting(List<Thing> things, Phrase phrase, string noun, int quantity, Step step, bool toBeHad) =>
        Chooser.Choose(Known(things, noun), phrase, noun, quantity, step.Excluded, toBeHad) is { Fits: true } choice ? choice : null;

    private static List<Thing> Known(List<Thing> things, string noun)
    {
        var exact = things.Where(thing => thing.IsA(noun)).ToList();
        return exact.Count > 0 ? exact : [.. things.Where(thing => thing.Nouns.Any(other => Words.Related(other, noun)))];
    }

    private static Found Settle(Parameter parameter, Parameter single, string noun, Thing thing, Step step)
    {
        step.Chosen[parameter.Name] = thing;
        step.LastChosen = parameter.Name;
        return Found.Of(Values.Typed(thing.IdFor(single, noun)!.Value, single.Type));
    }

    private static Found Several(Parameter parameter, Parameter single, string noun, Phrase phrase, List<Thing> things, int count, Step step)
    {
        var ids = new JsonArray();
        HashSet<string> taken = new(step.Excluded, StringComparer.Ordinal);
        while (ids.Count < count && Chooser.Choose(Known(things, noun), phrase, noun, 1, taken, true) is { } choice)
        {
            ids.Add(Values.Typed(choice.Thing.IdFor(single, noun)!.Value, single.Type));
            taken.Add(choice.Thing.Key);
            step.Chosen[parameter.Name] = choice.Thing;
            step.LastChosen = parameter.Name;
        }

        return Found.Of(ids);
    }

    // The phrase that says which one: by role (from, to), by naming it, else the object itself.
    private static Phrase PhraseFor(string noun, string role, Intent intent, Operation operation, Step step)
    {
        if (role.Length > 0)
        {
            return intent.Phrases.FirstOrDefault(phrase => role == "to" ? phrase.Preposition is "to" or "into" or "onto" : phrase.Preposition == role)
                ?? new Phrase(role, []);
        }

        foreach (var exact in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (var phrase in intent.Phrases)
            {
                if (phrase.Content.Any(token => exact ? token.Stem == noun : Words.Related(token.Stem, noun)))
                {
                    return phrase.Preposition.Length == 0 ? Joined(intent) : phrase;
                }
            }
        }

        // The object is something else: what is made ("a booking for 'Night Trains'") or another reference ("two seats for ...").
        string[] others = [operation.Noun, step.Operation.Noun, .. operation.Parameters.SelectMany(Nouns).Where(other => other != noun)];
        bool IsOther(Phrase phrase) => phrase.Content.Any(token => Units.Contains(token.Stem) || others.Any(other => other != noun && Words.Related(other, token.Stem)));
        if (intent.Object.Tokens.Count > 0 && !IsOther(intent.Object))
        {
            return Joined(intent);
        }

        return intent.Phrases.Skip(1).FirstOrDefault(phrase => phrase.Preposition is "for" or "on" or "to" or "in" or "at" or "with" or "from" or "into"
                && phrase.Tokens.Any(token => token.Kind is TokenKind.Literal or TokenKind.Id or TokenKind.Word) && !IsOther(phrase))
            ?? new Phrase("", []);
    }

    private static IEnumerable<string> Nouns(Parameter parameter) =>
        new[] { parameter.Noun, parameter.Item?.Noun }.OfType<string>();

    // What narrows the object down follows it: "the novel by Herbert", "the train to Paris on 2026-12-01".
    private static Phrase Joined(Intent intent)
    {
        List<GoalToken> tokens = [.. intent.Object.Tokens];
        foreach (var phrase in intent.Phrases.Skip(1).Where(phrase => phrase.Preposition is "by" or "in" or "on" or "at" or "from" or "to" or "about" or "with"))
        {
            tokens.AddRange(phrase.Tokens.Where(token => token.Kind is not (TokenKind.Number or TokenKind.Money)));
        }

        var bound = intent.Phrases.FirstOrDefault(phrase => phrase.Preposition is "under" or "below" or "over" or "above");
        return bound is null ? new Phrase("", tokens) : new Phrase(bound.Preposition, [.. tokens, .. bound.Tokens]);
    }

    // "order 42", "#42", "account ACC-1"; a word-like id may also be a name, then what was seen decides.
    private string? Literal(Phrase phrase, Parameter parameter, string noun)
    {
        for (var i = 0; i < phrase.Tokens.Count; i++)
        {
            var token = phrase.Tokens[i];
            var behindNoun = i > 0 && Words.Related(phrase.Tokens[i - 1].Stem, noun);
            if (token.Kind == TokenKind.Id && (behindNoun || phrase.Content.All(word => Words.Related(word.Stem, noun)))
                && !context.Knowledge.Things.Exists(thing => thing.IsA(noun) && thing.Value.ToString().Contains(token.Text, StringComparison.OrdinalIgnoreCase) && thing.IdFor(parameter, noun)?.ToString() != token.Text))
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
