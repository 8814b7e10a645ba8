using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>Whether an operation is about what an intent is about. Greater is better; null: it is about something else.</summary>
internal static class ObjectFit
{
    /// <summary>From here on the operation is about the very thing that the goal names.</summary>
    public const int SameThing = 3;

    private const int Compound = 6;
    private const int Head = 5;
    private const int Produced = 4;
    private const int Mentioned = 2;
    private const int Record = 1;
    private const int Unknown = 0;

    // Names for anything.
    private static readonly HashSet<string> Things = new(StringComparer.Ordinal) { "item", "entry", "line", "element", "member", "content" };

    /// <summary>For a verb that says nothing by itself: the object must be what the operation makes, changes or removes.</summary>
    public static int? OfGeneric(Intent intent, OperationProfile profile, TargetProfile target, bool isChange)
    {
        if (OfNamed(intent, profile) is { } named)
        {
            return named;
        }
        if (isChange && intent.Nouns.Any(profile.Fields.Contains))
        {
            return Mentioned;
        }
        // "Add two coffees to the cart": the thing has no name in the API, but its place has.
        var containers = intent.Containers.Where(target.Knows).ToList();
        if (containers.Count == 0 || !containers.Any(profile.Concerns) || IsContainer(profile, containers))
        {
            return null;
        }
        return profile.Own.All(noun => Things.Contains(noun) || containers.Contains(noun))
            ? intent.Nouns.Any(profile.Context.Contains) ? Mentioned : Unknown
            : null;
    }

    /// <summary>For a deed: the object may be a name, or something that the deed's record refers to.</summary>
    public static int? OfDeed(Intent intent, OperationProfile profile, TargetProfile target, bool makesRecord)
    {
        if (OfNamed(intent, profile) is { } named)
        {
            return named;
        }
        if (intent.Nouns.Any(profile.Concerns))
        {
            // A loan is returned with its book, but a show is not cancelled with a booking.
            return intent.Verb.Fallback is VerbKind.Remove && !intent.PointsBack ? null : Mentioned;
        }
        return !intent.Nouns.Any(target.Knows) ? Unknown
            : makesRecord || intent.PointsBack || profile.Own.Count == 0 ? Record
            : null;
    }

    private static int? OfNamed(Intent intent, OperationProfile profile)
    {
        if (intent.Nouns.IsEmpty)
        {
            return null;
        }
        return intent.Compounds.Any(profile.Own.Contains) ? Compound
            : profile.Own.Contains(intent.Nouns[^1]) ? Head
            : profile.Produced == intent.Nouns[^1] ? Produced
            : intent.Nouns.Any(profile.Own.Contains) ? SameThing
            : null;
    }

    /// <summary>Whether it makes or removes the place itself: <c>POST /lists</c> for "add eggs to the list".</summary>
    private static bool IsContainer(OperationProfile profile, List<string> containers)
    {
        if (profile.Resource is not { } resource || !containers.Contains(resource))
        {
            return false;
        }
        var last = profile.Operation.Path.TrimEnd('/').Split('/')[^1];
        return profile.Operation.Method == HttpMethod.Delete || profile.Operation.Method == HttpMethod.Post
            ? !last.EndsWith('}')
                ? WordForms.IsPlural(last.ToLowerInvariant()) || profile.Operation.Method == HttpMethod.Delete
                : last.Trim('{', '}').ToLowerInvariant() is var name && (name == "id" || name.StartsWith(resource, StringComparison.Ordinal))
            : true;
    }
}
