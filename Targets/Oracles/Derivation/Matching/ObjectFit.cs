using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>Whether an operation is about what an intent is about. Greater is better; null: it is about something else.</summary>
internal static class ObjectFit
{
    /// <summary>From here on the operation is about the very thing that the goal names.</summary>
    public const int SameThing = 3;

    /// <summary>The operation's own thing is the head of the object.</summary>
    public const int Head = 5;

    private const int Compound = 6;
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
            return IsOfPlace(intent, profile) ? null : named;
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
        var isNested = profile.Operation.Path.Contains("}/", StringComparison.Ordinal);
        if (intent.Nouns.IsEmpty && isNested && !intent.Places.All(profile.Concerns))
        {
            // Who pays 20 to the customer pays no invoice.
            return null;
        }
        if (OfNamed(intent, profile, target) is { } named)
        {
            return named;
        }
        if (intent is { IsAdjunct: true, Verb.Fallback: VerbKind.Make, Object: { Nouns.IsEmpty: true, IsPronoun: false } })
        {
            // "Sign up for 'Algebra'" may be a course or an account.
            return null;
        }
        if (intent.Nouns.Any(profile.Concerns))
        {
            if (intent.Verb.Fallback is VerbKind.Make && intent.Nouns.Any(target.IsResource) && !profile.Own.Overlaps(intent.Verb.Records) && profile.Own.Count > 0)
            {
                // Who joins the course does not join its waitlist.
                return null;
            }
            // A loan is returned with its book, but a show is not cancelled with a booking.
            return intent.Verb.Fallback is VerbKind.Remove && !intent.PointsBack && !intent.IsAdjunct ? null : Mentioned;
        }
        return !intent.Nouns.Any(target.Knows) ? Unknown
            : intent.IsAdjunct || (intent.Verb.Fallback is VerbKind.Make && !intent.PointsBack && !intent.Nouns.Any(intent.Verb.Records.Contains)) ? null
            : (makesRecord && (!isNested || intent.IsKnown || !intent.Nouns.Any(target.IsResource))) || intent.PointsBack || profile.Own.Count == 0 ? Record
            : null;
    }

    /// <summary>Whether the operation has to do with every place that the intent names, and what is removed from a place stands in it.</summary>
    public static bool IsInPlace(Intent intent, OperationProfile profile, TargetProfile target, VerbKind kind)
    {
        if (!intent.Places.All(place => kind is VerbKind.Remove ? profile.IsWithin(place) : profile.Concerns(place)))
        {
            return false;
        }
        // The priority of a ticket is not that of a task; a comment of a ticket not one of a post.
        return kind is VerbKind.Change && !intent.Nouns.Any(profile.Own.Contains)
            ? (intent.Owners.IsEmpty || profile.Own.Contains(intent.Owners[0])) && !intent.Nouns.Any(noun => target.IsResource(noun) && !profile.Concerns(noun) && !profile.Fields.Contains(noun))
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

    /// <summary>removeHotelFromCollection, whose path ends with entries, is for the hotel of a collection only.</summary>
    private static bool IsOfPlace(Intent intent, OperationProfile profile) =>
        intent.Verb.Name is not ("add" or "put" or "insert") && intent.Nouns is [.., var head] && profile.Resource is { } resource && resource != head && profile.Own.Contains(head)
        && !resource.EndsWith(head, StringComparison.Ordinal)
        && OperationNames.Words(profile.Operation).FindIndex(static word => word is "from" or "to" or "into" or "in") is > 0 and var at
        && !OperationNames.Words(profile.Operation)[(at + 1)..].ConvertAll(WordForms.Singular).Exists(word => intent.Related.Contains(word) || intent.Containers.Contains(word));

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
