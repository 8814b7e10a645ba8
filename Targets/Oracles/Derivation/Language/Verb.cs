using System.Collections.Immutable;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>What a verb does to the state of an application.</summary>
internal enum VerbKind
{
    /// <summary>Nothing, or nothing that an API knows of: <c>go</c>, <c>choose</c>.</summary>
    Neutral,

    /// <summary>It begins or ends a session: <c>log in</c>.</summary>
    Session,

    /// <summary>It reads: <c>search</c>.</summary>
    Read,

    /// <summary>It makes what its object names: <c>create a task</c>.</summary>
    Make,

    /// <summary>It changes what its object names: <c>rename the task</c>.</summary>
    Change,

    /// <summary>It removes what its object names: <c>delete the task</c>.</summary>
    Remove,

    /// <summary>A deed of its own, often recorded as a thing of its own: <c>borrow</c> makes a loan.</summary>
    Deed,
}

/// <summary>A verb.</summary>
/// <param name="Name">Base form, particles joined: <c>checkout</c>.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Groups">Verbs that share a group mean the same.</param>
/// <param name="Records">Nouns that name what the deed makes: <c>loan</c> for <c>borrow</c>.</param>
/// <param name="Fallback">What it is where the target has no operation of that deed: <c>cancel</c> is then <see cref="VerbKind.Remove"/>. Neutral: nothing.</param>
/// <param name="IsSoft">Whether it changes state only where the target has an operation of that very name: <c>open</c>.</param>
internal sealed record Verb(
    string Name, VerbKind Kind, ImmutableArray<string> Groups, ImmutableArray<string> Records, VerbKind Fallback, bool IsSoft = false)
{
    private const int MinCognate = 3;

    public bool ChangesState => Kind is VerbKind.Make or VerbKind.Change or VerbKind.Remove or VerbKind.Deed;

    /// <summary>Whether its object says what is made, changed or removed, the verb alone says nothing.</summary>
    public bool IsGeneric => Kind is VerbKind.Make or VerbKind.Change or VerbKind.Remove;

    /// <summary>Whether it takes back another deed: <c>unlike</c>. What it removes is that deed's record, never its own object.</summary>
    public bool IsUndoing => Kind is VerbKind.Deed && Groups.IsEmpty && Fallback is VerbKind.Remove;

    public bool MeansSameAs(Verb other) => other.Name == Name || other.Groups.Any(group => Groups.Contains(group));

    /// <summary>Whether <paramref name="noun"/> is the verb's own noun: <c>reservation</c> of <c>reserve</c>, not <c>booking</c>.</summary>
    public bool IsCognate(string noun) => Records.Contains(noun)
        && noun.AsSpan().CommonPrefixLength(Name) >= Math.Max(MinCognate, Name.Length - 2);
}
