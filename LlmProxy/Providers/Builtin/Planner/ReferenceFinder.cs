using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Finds which thing a parameter such as <c>bookId</c> shall refer to, and the call that shows it when nothing has yet.</summary>
internal sealed class ReferenceFinder(PlanContext context, ArgumentFinder arguments)
{
    private readonly Explorer _explorer = arguments.Explorer;

    public Found Find(Parameter parameter, Operation operation, Step step, bool needed, int depth)
    {
        var many = parameter.Item is not null && parameter.Noun is null;
        var single = many ? parameter.Item! : parameter;
        var noun = single.Noun!;
        var (phrase, isExpress) = PhraseFinder.For(single, parameter.Name, operation, step, context.Tools);
        if (single.Key is not null && (WrittenReferences.Of(phrase, single) ?? OfOther(parameter, phrase, operation, step, needed, depth)) is { } elsewhere)
        {
            return elsewhere;
        }

        var how = step.Intent.Quantity ?? 1;
        var toBeHad = step.Intent.Kind is IntentKind.Buy or IntentKind.Create or IntentKind.Choose;

        // 1. The goal gives the id itself.
        if (!many && WrittenReferences.Pair(operation, parameter, step.Intent) is { } part)
        {
            return Found.Of(Values.Typed(part, single.Type));
        }

        // What was settled for the same parameter of another operation holds: a seat's event is the booking's.
        if (!many && operation != step.Operation && step.Chosen.TryGetValue(parameter.Name, out var elsewhereSettled) && !step.Excluded.Contains(elsewhereSettled.Key) && elsewhereSettled.IsA(noun)
            && elsewhereSettled.IdFor(single, noun) is { } id)
        {
            return Found.Of(Values.Typed(id, single.Type));
        }

        if (!many && WrittenReferences.Literal(phrase, single, noun, context.Knowledge) is { } literal && !step.Excluded.Contains(literal))
        {
            return Found.Of(Values.Typed(literal, single.Type));
        }

        // 2. Where the thing lies that is meant: a task known by name or by "it" knows its project.
        var things = context.Knowledge.Things.Where(thing => thing.IdFor(single, noun) is not null && (thing.IsA(noun) || !thing.IsLent(single.Name)) && ThingLimits.LiesWhere(thing, parameter, operation, step)
            && (thing.Made || ThingLimits.HasAll(thing, parameter, operation, step, context.Tools))).ToList();
        if (!many && Outer(parameter, operation, step) is { } outer)
        {
            step.Chosen.Remove(parameter.Name);
            return Found.Of(Values.Typed(outer, single.Type));
        }

        // 3. Settled before.
        if (!many && step.Chosen.TryGetValue(parameter.Name, out var settled) && !step.Excluded.Contains(settled.Key) && settled.IdFor(single, noun) is { } same)
        {
            return Found.Of(Values.Typed(same, single.Type));
        }

        // 4. What the goal names outright, in whatever words.
        if (!many && !(single.Role.Length > 0 && isExpress) && ByName(things, noun, phrase, isExpress, step) is { } byName)
        {
            return Settle(parameter, single, noun, byName, step, true);
        }

        // 5. One that this session made: by what it is called, by "it" or "the order", or because no other is spoken of.
        var plain = IsPlain(phrase, noun);
        var made = MadeHere(things, noun, step);
        if (!many && Own(things, phrase, noun, step) is { } own)
        {
            return Settle(parameter, single, noun, own, step, true);
        }

        // 6. The state holds it, and nothing was said that would choose another.
        if (!many && plain && context.FromState(parameter) is { } known && !step.Excluded.Contains(known.ToString()))
        {
            return Found.Of(Values.Typed(known, single.Type));
        }

        // 7. A login answers with who we are.
        if (!many && single.Key is null && things.Count == 0 && context.Knowledge.Named(parameter.Name, single.Type) is { } named)
        {
            return Found.Of(Values.Typed(named, single.Type));
        }

        // 8. Only the other references tell: {owner} of /repos/{owner}/{repo}.
        if (needed && depth < 2 && parameter.InPath && Known(things, noun).Count == 0 && !context.Tools.Operations.Any(other => other.IsRead && other.Noun == noun) && Others(parameter, operation, step, depth) is { } rest)
        {
            var where = rest.Ends ? null : operation.Parameters.Where(other => other.Noun is not null && other != parameter)
                .Select(other => step.Chosen.GetValueOrDefault(other.Name)?.Inner(parameter)).FirstOrDefault(inner => inner is not null);
            if (rest.Ends || where is not null)
            {
                return rest.Ends ? rest : Found.Of(Values.Typed(where!.Value, single.Type));
            }
        }

        var maker = context.Tools.Operations.FirstOrDefault(other => other.Method == "POST" && other.Noun == noun && !other.EndsWithParameter
            && other != operation && other != step.Operation);

        // 9. Look it up, wider each time, until something fits; of several that are named, all.
        var names = many ? WrittenReferences.Listed(phrase, noun) : [];
        var search = arguments.Lookups.Next(single, noun, phrase, step, depth, maker is not null, () => names.Count > 0 && names.Exists(name => Called(things, noun, name) is null) ? null
            : Fitting(things, phrase, isExpress, noun, how, step, toBeHad));
        if (search.Call is not null)
        {
            return search;
        }

        if (names.Count > 0)
        {
            return All(parameter, single, noun, names, things, step);
        }

        var choice = Fitting(things, phrase, isExpress, noun, how, step, toBeHad) ?? Chooser.Choose(Known(things, noun), phrase, noun, how, step.Excluded, toBeHad);
        var fits = choice is { Fits: true } && (step.Excluded.Count == 0 || choice.Full || phrase.Content.Count == 0);
        // Where it lies may be somewhere else: each place in turn, unless the words say nothing that could be found there.
        if (!many && !fits && (phrase.Tokens.Count > 0 || !isExpress) && step.Refusal.Length == 0 && !IsOuter(parameter, operation) && step.Rounds == 0 && _explorer.Next(noun, step) is { } look)
        {
            return Found.Need(look);
        }

        if (choice is not null && (fits || (step.Excluded.Count == 0 && !IsNamed(phrase, noun, isExpress, operation, step) && (IsOuter(parameter, operation) || !arguments.Lookups.CanFilter(single, noun, phrase)))))
        {
            if (!fits || (choice.Score == 0 && phrase.Order is null))
            {
                step.Guessed.Add(parameter.Name);
            }

            return many ? Several(parameter, single, noun, phrase, things, how, step) : Settle(parameter, single, noun, choice.Thing, step, fits && phrase.Tokens.Any(token => token.Kind is TokenKind.Literal or TokenKind.Id));
        }

        // What did not fit may belong to another reference: that one first, then what is left of the words.
        if (depth < 2 && phrase.Tokens.Count > 0 && Others(parameter, operation, step, depth) is { } others)
        {
            return others.Ends ? others : Find(parameter, operation, step, needed, depth + 3);
        }

        if (!many && made is not null)
        {
            return Settle(parameter, single, noun, made, step, false);
        }

        // 10. There is none: make one, if the API makes such things.
        // What is to be changed or looked at exists, or the goal cannot be reached.
        var isObject = !toBeHad && (operation.Noun == noun || operation.Parent == noun);
        if (needed && maker is not null && single.Key is null && !isObject && choice is null && step.Excluded.Count == 0 && !phrase.Tokens.Any(token => token.Kind == TokenKind.Literal && phrase.Mentions(noun)))
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

    // An IBAN is also a payee's: whose it is, the words say; money goes rather to a payee than to an own account.
    private Found? OfOther(Parameter parameter, Phrase phrase, Operation operation, Step step, bool needed, int depth)
    {
        var nouns = parameter.AlsoNouns;
        bool IsSaid(string noun) => phrase.Content.Any(token => context.Tools.Means(token.Stem, noun));
        var said = nouns.FirstOrDefault(IsSaid);
        if (said is not null)
        {
            return Find(parameter.As(said), operation, step, needed, depth);
        }

        if (nouns.Count == 0 || parameter.Role != "to" || IsSaid(parameter.Noun!))
        {
            return null;
        }

        var other = Find(parameter.As(nouns[0]), operation, step, needed, depth);
        return other.HasValue || other.Call is not null ? other : null;
    }

    // In /projects/{projectId}/tasks/{taskId} the project only says where the task is.
    private static bool IsOuter(Parameter? parameter, Operation operation) =>
        parameter is { InPath: true } && operation.Parameters.SkipWhile(other => other != parameter).Skip(1).Any(other => other is { InPath: true, Noun: not null });

    // "the request of Tom Bay", "from the holiday account": where nothing is so called, no other will do.
    private bool IsNamed(Phrase phrase, string noun, bool isExpress, Operation operation, Step step) => context.Tools.Collections.Contains(noun) && ((isExpress || !(operation.IsCollection || IsOuter(operation.Parameters.FirstOrDefault(other => other.Noun == noun), operation)))
        && phrase.Tokens.Any(token => !token.StartsSentence && Naming.IsName(token) && !step.IsClaimed(token))
        || (isExpress && phrase.Tokens is [{ } article, { Kind: TokenKind.Word } said, ..] && (article.Is("the") || article.Is("my")) && phrase.Content.Count > 1
            && !Words.Related(said.Stem, noun) && phrase.Content.Contains(said) && !context.Tools.Vocabulary.Contains(said.Stem)));

    private bool IsPlain(Phrase phrase, string noun) =>
        phrase.Order is null && !phrase.Tokens.Any(token => token.Kind is TokenKind.Literal or TokenKind.Id)
        && phrase.Content.All(token => Words.Related(token.Stem, noun) || context.Tools.IsPartOf(token.Stem, noun));

    private Thing? MadeHere(List<Thing> things, string noun, Step step) =>
        things.FindLast(thing => thing.Made && thing.IsA(noun) && !step.Excluded.Contains(thing.Key))
        ?? things.FindLast(thing => thing.Made && thing.Nouns.Any(other => Words.Related(other, noun)) && !step.Excluded.Contains(thing.Key));

    private Thing? Own(List<Thing> things, Phrase phrase, string noun, Step step)
    {
        if (phrase.Tokens.Any(token => token.Kind == TokenKind.Literal)
            && Chooser.Choose(things.Where(thing => thing.Made && thing.IsA(noun)), phrase, noun, 1, step.Excluded, false) is { Fits: true } named)
        {
            return named.Thing;
        }

        var focus = context.Knowledge.Focus.GetValueOrDefault(noun);
        var made = focus is not null && things.Contains(focus) && !step.Excluded.Contains(focus.Key) ? focus : MadeHere(things, noun, step);
        if (made is null || (!made.Made && !(step.Intent.PointsBack || phrase.Order is null)))
        {
            return null;
        }

        var spokenOf = phrase.Content.Any(token => Words.Related(token.Stem, noun));
        var only = things.Where(thing => thing.Made && thing.IsA(noun)).Select(thing => thing.Key).Distinct().Count() == 1;
        return IsPlain(phrase, noun) || step.Intent.PointsBack || (step.Intent.Object.Content.Count > 0 && IsPlain(step.Intent.Object, noun)) || (!spokenOf && only && made.IsA(noun)) ? made : null;
    }

    private JsonElement? Outer(Parameter parameter, Operation operation, Step step)
    {
        if (!parameter.InPath && operation.Method is not "POST")
        {
            return null; // to whom a task is assigned now says nothing of whom it shall be assigned to
        }

        foreach (var inner in operation.Parameters.Where(other => other.Noun is not null && other.Noun != parameter.Noun && other != parameter))
        {
            var (phrase, isExpress) = PhraseFinder.For(inner, inner.Name, operation, step, context.Tools);
            var things = context.Knowledge.Things.Where(thing => thing.IsA(inner.Noun!) && thing.Inner(parameter) is not null && (parameter.InPath || !thing.Made || !context.Tools.Collections.Contains(parameter.Noun!)) && thing.IdFor(inner, inner.Noun!) is not null).ToList();
            if ((ByName(things, inner.Noun!, phrase, isExpress, step) ?? Own(things, phrase, inner.Noun!, step)) is { } thing)
            {
                return thing.Inner(parameter);
            }
        }

        return null;
    }

    // All the words count where none speaks of such a thing expressly.
    private Thing? ByName(List<Thing> things, string noun, Phrase phrase, bool isExpress, Step step)
    {
        var known = Known(things, noun);
        var named = Naming.Named(known, phrase.Tokens, step.Excluded);
        if (named.Count == 0 && (!isExpress || IsPlain(phrase, noun) || !phrase.Tokens.Any(Naming.IsName)))
        {
            named = Naming.Named(known, [.. step.Intent.Tokens], step.Excluded);
        }
        else if (named.Count > 1)
        {
            // "the booking of noor@example.com for 'Cats'": what is named alike, the rest of the words tells apart.
            named = Naming.Named(named, [.. step.Intent.Tokens], step.Excluded);
        }

        if (named.Count == 1 && !named[0].Made && !ThingLimits.IsOfTheDay(named[0], step))
        {
            return null;
        }

        return named.Count == 1 || (named.Count > 1 && named.TrueForAll(thing => thing.Key == named[0].Key)) ? named[^1] : null;
    }

    // Lets the operation's other references claim their words; null when there are none.
    private Found? Others(Parameter parameter, Operation operation, Step step, int depth)
    {
        Found? last = null;
        foreach (var other in operation.Parameters.Where(other => other != parameter && other.Noun is not null && other.Required && !step.Claims.ContainsKey(other.Name)))
        {
            step.Claims[other.Name] = [];
            var found = Find(other, operation, step, true, depth + 2);
            if (found.Call is not null)
            {
                step.Claims.Remove(other.Name);
                return found;
            }

            last = Found.Nothing;
        }

        return last;
    }

    private Choice? Fitting(List<Thing> things, Phrase phrase, bool isExpress, string noun, int quantity, Step step, bool toBeHad) =>
        Naming.Named(Known(things, noun), isExpress ? phrase.Tokens : [.. step.Intent.Tokens], step.Excluded) is { Count: > 0 } named
            ? Chooser.Choose(named, named.Count > 1 && phrase.Order is null ? Ordering(named, step.Intent) ?? phrase : phrase, noun, quantity, step.Excluded, toBeHad) is { } best ? best with { Fits = true, Full = ThingLimits.IsOfTheDay(best.Thing, step) } : null
        :
        Chooser.Choose(Known(things, noun), phrase, noun, quantity, step.Excluded, toBeHad) is { Fits: true } choice ? choice : null;

    // "for Lou Tran with the Caddy of the lowest mileage": which of several that are named alike is said beside the name.
    private static Phrase? Ordering(List<Thing> named, Intent intent) => intent.Phrases.FirstOrDefault(phrase => phrase.Order is not null
        && phrase.Tokens.Any(token => Naming.IsName(token) && named.TrueForAll(thing => Naming.Claimed(thing, [token]).Any())));

    // Where the API lists articles, its items are something else.
    private bool HasOwnList(string noun) => context.Tools.Operations.Any(operation => operation.IsCollection && operation.Noun == noun);

    private List<Thing> Known(List<Thing> things, string noun)
    {
        var exact = things.Where(thing => thing.IsA(noun)).ToList();
        return exact.Count > 0 || HasOwnList(noun) ? exact : [.. things.Where(thing => thing.Nouns.Any(other => Words.Related(other, noun)))];
    }

    private static Found Settle(Parameter parameter, Parameter single, string noun, Thing thing, Step step, bool isNamed)
    {
        step.Claims[parameter.Name] = [.. Naming.Claimed(thing, step.Intent.Tokens)];
        if (isNamed)
        {
            step.Named.Add(parameter.Name);
        }

        step.Chosen[parameter.Name] = thing;
        step.LastChosen = parameter.Name;
        return Found.Of(Values.Typed(thing.IdFor(single, noun)!.Value, single.Type));
    }

    private Found Several(Parameter parameter, Parameter single, string noun, Phrase phrase, List<Thing> things, int count, Step step)
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

        if (ids.Count < count)
        {
            step.IsShort = true;
            step.Chosen.Remove(parameter.Name);
            return Found.StuckBecause($"only {ids.Count} of {count} {noun}s are to be had for {step.Operation.Name}");
        }

        return Found.Of(ids);
    }

    private Thing? Called(List<Thing> things, string noun, GoalToken name) =>
        Known(things, noun).FindLast(thing => thing.Texts.Exists(text => text.Equals(name.Text, StringComparison.OrdinalIgnoreCase)));

    private Found All(Parameter parameter, Parameter single, string noun, List<GoalToken> names, List<Thing> things, Step step)
    {
        var ids = new JsonArray();
        foreach (var name in names)
        {
            if (Called(things, noun, name) is not { } thing)
            {
                return Found.StuckBecause($"no {noun} \"{name.Text}\" was found for {step.Operation.Name}");
            }

            ids.Add(Values.Typed(thing.IdFor(single, noun)!.Value, single.Type));
        }

        step.Claims[parameter.Name] = [.. names];
        return Found.Of(ids);
    }
}
