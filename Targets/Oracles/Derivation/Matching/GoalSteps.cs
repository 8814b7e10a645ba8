using System.Collections.Immutable;
using ApeTest.Targets.Oracles.Derivation.Conditions;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>One operation that a goal needs, and how often.</summary>
internal sealed record GoalStep(Clause Clause, Intent Intent, Fit Fit, int Times);

/// <summary>Maps the clauses of one goal to operations, in order. What cannot be mapped to exactly one is a problem.</summary>
internal sealed class GoalSteps
{
    private const int MostTimes = 10;

    private readonly TargetProfile _target;
    private readonly IntentMatcher _matcher;
    private readonly List<GoalStep> _steps = [];
    private readonly ImmutableArray<DerivationProblem>.Builder _problems = ImmutableArray.CreateBuilder<DerivationProblem>();
    private ImmutableArray<string> _mentioned = [];
    private ImmutableArray<string> _places = [];
    private OperationProfile? _last;

    public GoalSteps(TargetProfile target, IntentMatcher matcher) => (_target, _matcher) = (target, matcher);

    public IReadOnlyList<GoalStep> Steps => _steps;

    public ImmutableArray<DerivationProblem> Problems => _problems.ToImmutable();

    /// <summary>Takes in the next clause.</summary>
    public void Add(Clause clause)
    {
        if (clause.IsOptional || clause.Verb is { Kind: VerbKind.Session })
        {
            return;
        }
        if (clause.Verb is not { } verb)
        {
            Problem(clause.Phrase, clause.Doubt ?? "is not understood", []);
            return;
        }
        var found = Match(clause, verb);
        if (found is null)
        {
            Mention(clause);
            return;
        }
        if (clause.Doubt is { } doubt)
        {
            Problem(clause.Phrase, doubt, [.. found.SelectMany(static item => item.Fits)]);
        }
        else
        {
            Add(clause, found);
        }
        Mention(clause);
    }

    /// <summary>Intents of the clause with what fits them; null where it changes nothing.</summary>
    private List<(Intent Intent, ImmutableArray<Fit> Fits)>? Match(Clause clause, Verb verb)
    {
        var isTentative = !verb.ChangesState || (verb.IsSoft && clause.Phrases.Objects.Any(static item => item.IsDefinite));
        if (verb.Kind is VerbKind.Read || (verb.Name == "finish" && clause.Phrases.Objects.IsEmpty) || IsSession(clause))
        {
            return null;
        }
        var found = Intents(clause, verb).Select(intent => (Intent: intent, Fits: _matcher.Best(intent))).ToList();
        if (isTentative)
        {
            // "Confirm the order" is a step only where the target has such an operation for orders.
            found = found.Where(item => item.Fits is [{ Deed: DeedFit.Named, Object: >= ObjectFit.SameThing }, ..]).ToList();
            return found.Count > 0 ? found : Light(clause, verb);
        }
        if (found.TrueForAll(static item => item.Fits.IsEmpty) && (Light(clause, verb) is { } other))
        {
            return other;
        }
        return verb.IsSoft && found.TrueForAll(static item => item.Fits.IsEmpty) ? null : found;
    }

    /// <summary>"Open a session", where sessions are what one logs in to.</summary>
    private bool IsSession(Clause clause) => clause.Phrases.Objects is [{ Nouns: [.., "session"] }]
        && !_target.StateChanging.Any(static profile => profile.Own.Contains("session"));

    /// <summary>"Make a reservation", "complete the checkout", "leave a review": the noun says what is done.</summary>
    private List<(Intent, ImmutableArray<Fit>)>? Light(Clause clause, Verb verb)
    {
        var nouns = clause.Phrases.Objects is [var only] ? only.Nouns : [];
        if (nouns.IsEmpty || !(verb.Kind is VerbKind.Make || verb.Name is "complete" or "leave" or "give" or "do" or "take" or "finish" or "start" or "proceed" or "go"))
        {
            return null;
        }
        foreach (var (noun, deed) in nouns.SelectMany(noun => Deeds(noun).Select(deed => (noun, deed))))
        {
            var intent = Intents(clause, deed)[0] with { PointsBack = clause.Phrases.Objects[0].IsDefinite };
            var bare = intent with { Nouns = [.. intent.Nouns.Where(other => other != noun && _target.Knows(other))] };
            if (_matcher.Best(bare) is { IsEmpty: false } fits && fits[0].Deed >= DeedFit.Summarised)
            {
                return [(bare, fits)];
            }
        }
        return null;
    }

    private IEnumerable<Verb> Deeds(string noun)
    {
        if (_target.Vocabulary.Find(noun) is { Kind: VerbKind.Deed } same)
        {
            yield return same;
        }
        foreach (var verb in Lexicon.Recorded(noun))
        {
            yield return verb;
        }
    }

    private List<Intent> Intents(Clause clause, Verb verb)
    {
        var related = clause.Phrases.Adjuncts.SelectMany(static adjunct => adjunct.Phrase.Nouns).Select(_target.Own).ToImmutableArray();
        var containers = clause.Phrases.Adjuncts.Where(static adjunct => FunctionWords.Containers.Contains(adjunct.Preposition))
            .SelectMany(static adjunct => adjunct.Phrase.Nouns).Select(_target.Own).ToImmutableArray();
        var objects = clause.Phrases.Objects;
        if (containers.IsEmpty && objects is [{ IsPronoun: true }])
        {
            // "... to the cart, then remove it".
            containers = _places;
        }
        if (objects.IsEmpty || objects is [{ IsPronoun: true }])
        {
            // "Pay for the order", "comment on the post".
            var adjunct = objects.IsEmpty && !verb.IsGeneric ? clause.Phrases.Adjuncts.FirstOrDefault(static item => !item.Phrase.Nouns.IsEmpty) : null;
            var nouns = adjunct is not null ? adjunct.Phrase.Nouns.Select(_target.Own).ToImmutableArray() : _mentioned;
            return [new Intent(clause.Phrase, verb, objects.FirstOrDefault(), nouns, containers, related, PointsBack: objects.FirstOrDefault()?.Count is null)];
        }
        // "Post 'Hello'" makes a post.
        var first = objects[0].Nouns.IsEmpty && verb.Kind is VerbKind.Make && Lexicon.AlsoNouns.Contains(verb.Name) && _target.Knows(verb.Name) ? [verb.Name] : objects[0].Nouns;
        return
        [
            .. objects.Select(item => new Intent(clause.Phrase, verb, item,
                [.. (item.Nouns.IsEmpty ? item.IsPronoun ? _mentioned : first : item.Nouns).Select(_target.Own)], containers, related, PointsBack: item is { IsPronoun: true, Count: null })),
        ];
    }

    private void Add(Clause clause, List<(Intent Intent, ImmutableArray<Fit> Fits)> found)
    {
        if (found.Find(static item => item.Fits.Length != 1) is { Intent: not null } failed)
        {
            Problem(clause.Phrase, failed.Fits.IsEmpty ? "fits no operation" : "fits several operations equally", failed.Fits);
            return;
        }
        if (clause.Verb!.Kind is not VerbKind.Change
            && clause.Phrases.Adjuncts.Where(static adjunct => adjunct.Preposition is "to" or "into" or "from").CountBy(static adjunct => adjunct.Preposition).Any(static pair => pair.Value > 1))
        {
            Problem(clause.Phrase, "names several places: make it a step for each", [.. found.SelectMany(static item => item.Fits)]);
            return;
        }
        foreach (var same in found.GroupBy(static item => item.Fits[0].Profile))
        {
            var (intent, fits) = same.First();
            if (Times(clause, intent, same.Key, same.Count()) is { } times)
            {
                Add(new GoalStep(clause, intent, fits[0], times));
            }
        }
    }

    /// <summary>A step that names again what an earlier one did, as <c>buy a coffee: ... and check out</c>, is that step, done here.</summary>
    private void Add(GoalStep step)
    {
        _last = step.Fit.Profile;
        var earlier = _steps.FindIndex(other => other.Fit.Profile == step.Fit.Profile);
        if (earlier < 0)
        {
            _steps.Add(step);
            return;
        }
        var known = _steps[earlier];
        var again = step.Intent.PointsBack || known.Intent.PointsBack
            || (step.Intent.Object is { IsDefinite: true, Literals.IsEmpty: true } && step.Intent.Verb != known.Intent.Verb);
        var (before, now) = (FixedValue.Of(known), FixedValue.Of(step));
        if (again && (before is null || now is null || before == now))
        {
            _steps.RemoveAt(earlier);
            _steps.Add((now is null ? step with { Clause = known.Clause, Intent = known.Intent } : step) with { Times = Math.Max(step.Times, known.Times) });
        }
        else if (again || step.Fit.Profile.IsCollective)
        {
            Problem(step.Clause.Phrase, $"and \"{known.Clause.Phrase}\" are both proved by {step.Fit.Profile.Operation.Name}: once for both, or once each", [step.Fit]);
        }
        else
        {
            _steps.Add(step);
        }
    }

    /// <summary>How often the operation must succeed; null with a problem where the goal leaves it open.</summary>
    private int? Times(Clause clause, Intent intent, OperationProfile profile, int objects)
    {
        if (profile.IsCollective || intent.Object is null)
        {
            return 1;
        }
        var fits = ImmutableArray.Create(new Fit(profile, DeedFit.Named, 0, 0, 0));
        if (intent.Object.IsAll && (!profile.Creates || !intent.Nouns.IsEmpty))
        {
            Problem(clause.Phrase, "leaves open how many answers prove it", fits);
            return null;
        }
        if (objects > 1 && intent.Verb.Kind is not VerbKind.Change && clause.Phrases.Objects.Count(static item => item.IsUnquotedName) > 1)
        {
            Problem(clause.Phrase, "may name one thing or several: put names in quotes", fits);
            return null;
        }
        var count = !profile.HasQuantity && intent.Object.Count is { } said && !intent.Nouns.IsEmpty && intent.Nouns.Any(profile.Concerns) ? said : 1;
        // Name and email are changed in one answer.
        var times = objects > 1 && intent.Verb.Kind is not VerbKind.Change ? objects : count;
        if (times > MostTimes)
        {
            Problem(clause.Phrase, $"asks for more than {MostTimes} answers of {profile.Operation.Name}", fits);
            return null;
        }
        return times;
    }

    private void Mention(Clause clause)
    {
        var nouns = clause.Phrases.Objects.FirstOrDefault(static item => !item.Nouns.IsEmpty)?.Nouns.Select(_target.Own).ToImmutableArray();
        var places = clause.Phrases.Adjuncts.Where(static adjunct => FunctionWords.Containers.Contains(adjunct.Preposition))
            .SelectMany(static adjunct => adjunct.Phrase.Nouns).Select(_target.Own).ToImmutableArray();
        _places = places.IsEmpty ? _places : places;
        if (nouns is { } said)
        {
            _mentioned = _last?.Resource is { } resource && clause.Verb is { ChangesState: true } ? [.. said.Append(resource).Distinct()] : said;
        }
    }

    private void Problem(string phrase, string message, ImmutableArray<Fit> fits) => _problems.Add(new DerivationProblem(phrase, message,
        [.. (fits.IsEmpty ? _matcher.Likely(phrase) : [.. fits.Select(static fit => fit.Profile)]).Select(static profile => profile.Operation).Distinct()]));
}
