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
    private readonly IntentReader _intents;
    private readonly List<GoalStep> _steps = [];
    private readonly ImmutableArray<DerivationProblem>.Builder _problems = ImmutableArray.CreateBuilder<DerivationProblem>();
    private ImmutableArray<string> _mentioned = [];
    private ImmutableArray<string> _places = [];
    private int? _several;
    private GoalStep? _last;

    public GoalSteps(TargetProfile target, IntentMatcher matcher) => (_target, _matcher, _intents) = (target, matcher, new IntentReader(target));

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
        if (verb.Name == "checkin" && !_target.StateChanging.Any(profile => profile.Verbs.Contains(verb)))
        {
            return null;
        }
        var isTentative = !verb.ChangesState || (verb.IsSoft && clause.Phrases.Objects.Any(static item => item.IsDefinite));
        if (verb.Kind is VerbKind.Read || (verb.Name == "finish" && clause.Phrases.Objects.IsEmpty) || IsSession(clause))
        {
            return null;
        }
        var found = _intents.Read(clause, verb, _mentioned, _places)
            .Select(intent => intent with { IsKnown = _steps.Exists(step => step.Intent.Nouns.Any(intent.Nouns.Contains)) }).Select(intent => (Intent: intent, Fits: _matcher.Best(intent))).ToList();
        if (isTentative)
        {
            // "Confirm the order" is a step only where the target has such an operation for orders.
            found = found.Where(item => item.Fits is [{ Deed: DeedFit.Named, Object: >= ObjectFit.SameThing }, ..]).ToList();
            return found.Count > 0 ? found : Light(clause, verb)
                ?? (IsLeft(clause, verb) ? [(_intents.Read(clause, verb, _mentioned, _places)[0], [])] : null);
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

    /// <summary>"Leave the waitlist" is no step of the API where there is no such list, and a step that fits nothing where there is.</summary>
    private bool IsLeft(Clause clause, Verb verb) =>
        verb.Name is "leave" or "quit" or "exit" && clause.Phrases.Objects is [{ IsDefinite: true, Nouns: [.., var head] }] && _target.IsResource(_target.Own(head));

    /// <summary>"Make a reservation", "complete the checkout", "leave a review": the noun says what is done.</summary>
    private List<(Intent, ImmutableArray<Fit>)>? Light(Clause clause, Verb verb)
    {
        var nouns = clause.Phrases.Objects is [var only] ? only.Nouns : [];
        if (nouns.IsEmpty || (verb.Name == "leave" && clause.Phrases.Objects[0].IsDefinite) || !(verb.Kind is VerbKind.Make || verb.Name is "complete" or "leave" or "give" or "do" or "take" or "finish" or "start" or "proceed" or "go"))
        {
            return null;
        }
        foreach (var (noun, deed) in nouns.SelectMany(noun => Deeds(noun).Select(deed => (noun, deed))))
        {
            var intent = _intents.Read(clause, deed, _mentioned, _places)[0] with { PointsBack = clause.Phrases.Objects[0].IsDefinite };
            var bare = intent with { Nouns = [.. intent.Nouns.Where(other => other != noun && _target.Knows(other))] };
            if (_matcher.Best(bare) is { IsEmpty: false } fits && fits[0].Deed >= DeedFit.Summarised && bare.Places.All(place => fits.All(fit => fit.Profile.Concerns(place))))
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
        var further = IntentReader.Further(clause).ToList();
        if (HidesAnother(clause, further))
        {
            Problem(clause.Phrase, "may want a second thing done: make it a step of its own", [.. found.SelectMany(static item => item.Fits)]);
            return;
        }
        foreach (var same in found.GroupBy(static item => item.Fits[0].Profile))
        {
            var (intent, fits) = same.First();
            if (UnprovedState(new GoalStep(clause, intent, fits[0], 1)))
            {
                Problem(clause.Phrase, $"says what it shall be, and no field of {same.Key.Operation.Name} is that", fits);
            }
            else if (Times(clause, [.. same.Select(static item => item.Intent)], same.Key) is { } times)
            {
                Add(new GoalStep(clause, intent, fits[0], times));
            }
        }
    }

    /// <summary>A step that names again what an earlier one did, as <c>buy a coffee: ... and check out</c>, is that step, done here.</summary>
    private void Add(GoalStep step)
    {
        _last = step;
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

    /// <summary>"... named X and the invoice", "a customer, an invoice", "for the order and the delivery": what may be a further thing to do.</summary>
    private bool HidesAnother(Clause clause, List<Adjunct> further)
    {
        var first = clause.Phrases.Objects.FirstOrDefault()?.Nouns ?? clause.Phrases.Adjuncts.FirstOrDefault()?.Phrase.Nouns ?? [];
        return clause.Phrases.Adjuncts.Any(item => item is { IsCoordinated: true, IsDetermined: true, Phrase.Nouns: [.., var head] }
                && (further.Contains(item) ? first is [.., var other] && other != head : _target.Knows(_target.Own(head))))
            || clause.Phrases.Appositions.Any(item => item is { IsDefinite: false, Nouns: [.., var head] } && first is [.., var other] && other != head
                && _target.IsResource(_target.Own(head)) && _target.IsResource(_target.Own(other)));
    }

    /// <summary>"Mark it as X", where nothing in the operation is X: that it answered would prove nothing.</summary>
    private static bool UnprovedState(GoalStep step)
    {
        if (step is { Intent.Verb: { Fallback: VerbKind.Change, Name: var deed }, Fit: { Deed: DeedFit.Shaped, Profile: var update } })
        {
            // "Archive the ticket" by a general update.
            return FixedValue.Of(step) is null && !update.Fields.Any(field => field.StartsWith(deed, StringComparison.Ordinal));
        }
        if (step.Intent.Verb.Name is not ("mark" or "set") || step.Clause.Phrases.Adjuncts.FirstOrDefault(static item => item.Preposition == "as")?.Phrase is not { } state)
        {
            return false;
        }
        var operation = step.Fit.Profile.Operation;
        return FixedValue.Of(step) is null && !state.Nouns.Any(noun => step.Fit.Profile.IsWithin(noun)
            || WordForms.OfParticiple(noun).Any(verb => step.Fit.Profile.Verbs.Any(own => own.Name == verb) || OperationNames.Words(operation).Contains(verb)));
    }

    /// <summary>How often the operation must succeed; null with a problem where the goal leaves it open.</summary>
    private int? Times(Clause clause, List<Intent> same, OperationProfile profile)
    {
        var intent = same[0];
        if (intent.Object is not { } item)
        {
            return 1;
        }
        var isChange = intent.Verb.Kind is VerbKind.Change;
        var wanted = isChange ? Count(intent, profile) : same.Sum(one => Count(one, profile));
        var fits = ImmutableArray.Create(new Fit(profile, DeedFit.Named, 0, 0, 0));
        var isOne = Repetition.IsOneAnswer(intent, profile);
        if (isOne is true)
        {
            return 1;
        }
        if (isOne is null && (wanted > 1 || item.IsAll))
        {
            Problem(clause.Phrase, $"leaves open whether one answer of {profile.Operation.Name} is for all of them", fits);
            return null;
        }
        if (item.IsAll && (!profile.Creates || !intent.Nouns.IsEmpty))
        {
            Problem(clause.Phrase, "leaves open how many answers prove it", fits);
            return null;
        }
        if (same.Count > 1 && !isChange && same.Count(static one => one.Object is { IsUnquotedName: true }) > 1)
        {
            Problem(clause.Phrase, "may name one thing or several: put names in quotes", fits);
            return null;
        }
        if (item.Count > 1 && wanted == 1 && intent.Nouns is [.., var head] && _target.IsResource(head) && !profile.Concerns(head))
        {
            Problem(clause.Phrase, "leaves open how many answers prove it", fits);
            return null;
        }
        if (wanted > MostTimes)
        {
            Problem(clause.Phrase, $"asks for more than {MostTimes} answers of {profile.Operation.Name}", fits);
            return null;
        }
        return wanted;
    }

    private int Count(Intent intent, OperationProfile profile) =>
        intent.Object is { IsSeveral: true } ? _several ?? 1
        : intent.Object?.Count is { } said && intent.Nouns.Any(profile.Concerns) ? said
        : 1;

    private void Mention(Clause clause)
    {
        var nouns = clause.Phrases.Objects.FirstOrDefault(static item => !item.Nouns.IsEmpty)?.Nouns.Select(_target.Own).ToImmutableArray();
        var places = clause.Phrases.Adjuncts.Where(static adjunct => FunctionWords.Containers.Contains(adjunct.Preposition))
            .SelectMany(static adjunct => adjunct.Phrase.Nouns).Select(_target.Own).ToImmutableArray();
        _places = places.IsEmpty ? _places : places;
        if (nouns is { } said)
        {
            _several = clause.Verb is { ChangesState: true } && _last?.Clause == clause ? _last.Times
                : clause.Phrases.Objects.Length > 1 ? clause.Phrases.Objects.Length : clause.Phrases.Objects[0].Count;
            _mentioned = _last?.Fit.Profile.Resource is { } resource && clause.Verb is { ChangesState: true } ? [.. said.Append(resource).Distinct()] : said;
        }
    }

    private void Problem(string phrase, string message, ImmutableArray<Fit> fits) => _problems.Add(new DerivationProblem(phrase, message,
        [.. (fits.IsEmpty ? _matcher.Likely(phrase) : [.. fits.Select(static fit => fit.Profile)]).Select(static profile => profile.Operation).Distinct()]));
}
