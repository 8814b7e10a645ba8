using System.Collections.Immutable;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>Finds the operations that fit an intent best: one, or several that nothing tells apart, or none.</summary>
internal sealed class IntentMatcher(TargetProfile target, bool admin)
{
    /// <summary>The best, all of them equal.</summary>
    public ImmutableArray<Fit> Best(Intent intent)
    {
        var fits = target.StateChanging.Select(profile => Of(intent, profile)).OfType<Fit>().ToList();
        if (fits.Count == 0)
        {
            return [];
        }
        var objectFirst = intent.Verb.IsGeneric;
        var best = fits.Aggregate((one, other) => Fit.Compare(one, other, objectFirst) >= 0 ? one : other);
        return [.. fits.Where(fit => Fit.Compare(fit, best, objectFirst) == 0)];
    }

    /// <summary>Operations that may be meant, the likeliest first; those that share words with the phrase where nothing fits.</summary>
    public ImmutableArray<OperationProfile> Likely(string phrase)
    {
        var words = Tokenizer.Read(phrase).Where(static token => token.Kind is TokenKind.Word).Select(static token => WordForms.Singular(token.Text))
            .Where(static word => word.Length > 2).ToHashSet(StringComparer.Ordinal);
        // Among equals the later: APIs list what completes a job behind what prepares it.
        return [.. target.StateChanging.Reverse().OrderByDescending(profile => words.Count(word =>
            profile.Concerns(target.Own(word)) || profile.Verbs.Any(verb => verb.Name == word)
            || (target.Vocabulary.FindForm(word) is { } said && profile.Verbs.Any(verb => verb.MeansSameAs(said)))))];
    }

    private Fit? Of(Intent intent, OperationProfile profile)
    {
        if (!admin && profile.Operation.Path.Split('/').Any(static segment => segment is "admin" or "internal"))
        {
            return null;
        }
        var found = intent.Verb.IsGeneric ? Generic(intent, profile, intent.Verb.Kind)
            : Deed(intent, profile) ?? (FallsBack(intent, profile) ? Generic(intent, profile, intent.Verb.Fallback) : null);
        return found is not var (deed, about) ? null : new Fit(profile, deed, about,
            intent.Containers.Count(noun => profile.Concerns(noun)), intent.Related.Count(noun => profile.Concerns(noun)));
    }

    /// <summary>"Sign up for the course", "join the course" make no course.</summary>
    private static bool FallsBack(Intent intent, OperationProfile profile) => intent.Verb.Fallback is not VerbKind.Neutral
        && (intent.Verb.Fallback is not VerbKind.Make || (!intent.IsAdjunct && (intent.Verb.Name != "join" || profile.Operation.Path.Contains('{', StringComparison.Ordinal))));

    private (DeedFit, int)? Generic(Intent intent, OperationProfile profile, VerbKind kind)
    {
        var verb = intent.Verb;
        var named = profile.Verbs.Any(own => own.Name == verb.Name);
        var meant = named || profile.Verbs.Any(own => own.MeansSameAs(verb));
        var shaped = kind switch
        {
            VerbKind.Make => profile.Creates || (meant && profile.Operation.Method != HttpMethod.Delete) || ObjectFit.PutsInto(intent, profile),
            VerbKind.Change => profile.Operation.Method == HttpMethod.Put || profile.Operation.Method == HttpMethod.Patch || meant,
            _ => profile.Operation.Method == HttpMethod.Delete || meant,
        };
        var foreign = profile.Verbs.Any(own => own.Kind is not VerbKind.Neutral && !own.MeansSameAs(verb)
            && (own.IsUndoing || (own.Kind != kind && own.Fallback != kind)));
        if (!shaped || (foreign && !meant && !ObjectFit.PutsInto(intent, profile)) || !ObjectFit.IsInPlace(intent, profile, target, kind))
        {
            return null;
        }
        if (verb.IsUndoing)
        {
            // "Unlike the post" removes the like, not the post.
            return profile.Resource is { } record && verb.Records.Contains(record) ? (DeedFit.Meant, ObjectFit.SameThing) : null;
        }
        // "Drop the course" is enrolments.drop rather than the deletion of the course.
        var about = named && (verb.Name is "drop" or "discard") && intent.Nouns is [.., var head] && profile.Concerns(head) ? ObjectFit.Head
            : ObjectFit.OfGeneric(intent, profile, target, kind is VerbKind.Change);
        return about is { } fit
            ? (named && verb.IsGeneric ? DeedFit.Named : meant && verb.IsGeneric ? DeedFit.Meant : DeedFit.Shaped, fit)
            : null;
    }

    private (DeedFit, int)? Deed(Intent intent, OperationProfile profile)
    {
        var verb = intent.Verb;
        // createLoan and POST /loans make a loan; importLoans and searchLoans do not.
        var record = profile.Creates && profile.Verbs.All(own => own.Kind is VerbKind.Make or VerbKind.Neutral || own.MeansSameAs(verb))
            ? profile.Own.FirstOrDefault(verb.IsCognate) ?? profile.Own.FirstOrDefault(verb.Records.Contains)
            : null;
        DeedFit? fit =
            profile.Verbs.Any(own => own.Name == verb.Name) || (record is not null && verb.IsCognate(record)) ? DeedFit.Named
            : profile.Verbs.Any(own => own.MeansSameAs(verb)) || record is not null ? DeedFit.Meant
            : profile.SummaryVerb is { } said && said.MeansSameAs(verb) ? DeedFit.Summarised
            : profile.Operation.Method == HttpMethod.Post && profile.Produced is { } made && verb.Records.Contains(made) && profile.Verbs.All(static own => own.Kind is VerbKind.Make) ? DeedFit.Summarised
            : profile.DescriptionVerb is { } described && described.MeansSameAs(verb) ? DeedFit.Described
            : null;
        return fit is { } deed && ObjectFit.OfDeed(intent, profile, target, record is not null) is { } about ? (deed, about) : null;
    }
}
