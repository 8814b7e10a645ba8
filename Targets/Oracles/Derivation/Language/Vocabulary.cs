using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>The verbs of one target: the everyday ones, and what its own operations are called (<c>frobnicateWidget</c>).</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, Verb> _own = new(StringComparer.Ordinal);

    public Vocabulary(IReadOnlyCollection<OperationSpec> operations)
    {
        var shared = operations.CountBy(static operation => operation.Path).Where(static pair => pair.Value > 1).Select(static pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (OperationNames.UnknownVerb(operation, !shared.Contains(operation.Path)) is { } name && Find(name) is null)
            {
                // What decommissions by DELETE also removes.
                _own.Add(name, operation.Method == HttpMethod.Delete
                    ? new Verb(name, VerbKind.Deed, [name], [], VerbKind.Remove)
                    : new Verb(name, VerbKind.Deed, [], [], VerbKind.Neutral));
            }
        }
    }

    /// <summary>The verb with that base form; null for none.</summary>
    public Verb? Find(string name)
    {
        if ((Lexicon.Find(name) ?? _own.GetValueOrDefault(name)) is { } known)
        {
            return known;
        }
        if (!name.StartsWith("un", StringComparison.Ordinal) || Lexicon.Find(name[2..]) is not { Kind: VerbKind.Deed } done)
        {
            return null;
        }
        // Unlike, unfollow: what was done is removed.
        return _own[name] = new Verb(name, VerbKind.Deed, [], done.Records, VerbKind.Remove);
    }

    /// <summary>The verb of which the word is a form; null for none.</summary>
    public Verb? FindForm(string word)
    {
        foreach (var name in WordForms.Bases(word))
        {
            if (Find(name) is { } verb)
            {
                return verb;
            }
        }
        return null;
    }

    /// <summary>The verb that two words make, the first in any form: <c>checking out</c>; null for none.</summary>
    public Verb? FindJoined(string first, string second)
    {
        foreach (var name in WordForms.Bases(first))
        {
            if (Lexicon.Joined(name, second) is { } joined && Find(joined) is { } verb)
            {
                return verb;
            }
        }
        return null;
    }
}
