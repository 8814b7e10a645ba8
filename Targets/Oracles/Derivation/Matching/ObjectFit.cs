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

    // Names of a parameter that is the id of what the segment before it names.
    private static readonly HashSet<string> Ids = new(StringComparer.Ordinal) { "id", "uuid", "guid", "slug", "key", "code", "number", "name", "ref" };

    // Names for anything.
    private static readonly HashSet<string> Things = new(StringComparer.Ordinal) { "item", "entry", "line", "element", "member", "content" };

    /// <summary>For a verb that says nothing by itself: the object must be what the operation makes, changes or removes.</summary>
    public static int? OfGeneric(Intent intent, OperationProfile profile, TargetProfile target, bool isChange)
    {
        if (OfNamed(intent, profile, target) is { } named)
        {
            return named;
        }
        if (isChange && intent.Nouns.Any(profile.Fields.Contains))
        {
            return Mentioned;
        }
        // "Add two coffees to the cart": the thing has no name in the API, but its place has.
        var containers = intent.Containers.Where(target.Knows).ToList();
        if (containers.Count == 0 || !containers.Any(profile.Concerns) || (IsContainer(profile, containers) && !PutsInto(intent, profile)))
        {
            return null;
        }
        if (profile.Own.Any(containers.Contains) && profile.Resource is { } inner && !containers.Any(noun => inner.EndsWith(noun, StringComparison.Ordinal)))
        {
            // "Remove the salt from the recipe" is not removeRecipeFromMealPlan.
            return null;
        }
        return profile.Own.All(noun => Things.Contains(noun) || containers.Contains(noun))
            ? intent.Nouns.Any(profile.Context.Contains) ? Mentioned : Unknown
            : null;
    }

    /// <summary>For a deed: the object may be a name, or something that the deed's record refers to.</summary>
    public static int? OfDeed(Intent intent, OperationProfile profile, TargetProfile target, bool makesRecord)
    {
        if (OfNamed(intent, profile, target) is { } named)
        {
            return named;
        }
        if (intent.Nouns.Any(profile.Concerns))
        {
            // A loan is returned with its book, but a show is not cancelled with a booking.
            return intent.Verb.Fallback is VerbKind.Remove && !intent.PointsBack && !intent.IsAdjunct ? null : Mentioned;
        }
        return !intent.Nouns.Any(target.Knows) ? Unknown
            : intent.IsAdjunct || (intent.Verb.Fallback is VerbKind.Make && !intent.PointsBack && !intent.Nouns.Any(intent.Verb.Records.Contains)) ? null
            : makesRecord || intent.PointsBack || profile.Own.Count == 0 ? Record
            : null;
    }

    /// <summary>Whether the operation has to do with every place that the intent names, and what is removed from a place stands in it.</summary>
    public static bool IsInPlace(Intent intent, OperationProfile profile, VerbKind kind)
    {
        if (!intent.Places.All(place => kind is VerbKind.Remove ? profile.IsWithin(place) : profile.Concerns(place)))
        {
            return false;
        }
        // The priority of a ticket is not that of a task; a comment of a ticket not one of a post.
        return kind is VerbKind.Change && !intent.Nouns.Any(profile.Own.Contains)
            ? intent.Owners.IsEmpty || profile.Own.Contains(intent.Owners[0])
            : intent.Owners.All(owner => profile.Concerns(owner) || !profile.Operation.Path.Contains("}/", StringComparison.Ordinal));
    }

    /// <summary><c>PUT /favourites/{recipeId}</c> for "add the recipe to my favourites".</summary>
    public static bool PutsInto(Intent intent, OperationProfile profile) =>
        profile.Operation.Method == HttpMethod.Put && profile.Operation.Path.EndsWith('}') && profile.Resource is { } resource && intent.Containers.Contains(resource)
        && WordForms.Split(profile.Operation.Path.Split('/')[^1].Trim('{', '}')) is { Count: > 1 } words && words[0] != resource && intent.Nouns.Contains(words[0]);

    private static int? OfNamed(Intent intent, OperationProfile profile, TargetProfile target)
    {
        if (intent.Nouns.IsEmpty)
        {
            return null;
        }
        return intent.Compounds.Any(profile.Own.Contains) ? Compound
            : profile.Own.Contains(intent.Nouns[^1]) ? Head
            : profile.Produced == intent.Nouns[^1] ? Produced
            // The ticket's description is not the ticket.
            : intent.Nouns.Any(profile.Own.Contains) && (intent.PointsBack || intent.Verb.Kind is VerbKind.Change || !IsPart(intent.Nouns[^1], target)) ? SameThing
            : null;
    }

    private static bool IsPart(string noun, TargetProfile target) => target.IsField(noun) || (target.IsResource(noun) && !Things.Contains(noun));

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
                // /vehicles/{uuid}, /accounts/{iban} is the place; /cart/{productId} stands in it.
                : WordForms.Split(last.Trim('{', '}')) is var words && (words.Count < 2 || !Ids.Contains(words[^1]) || string.Concat(words).StartsWith(resource, StringComparison.Ordinal))
            : true;
    }
}
