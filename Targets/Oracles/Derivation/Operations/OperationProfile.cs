using System.Collections.Frozen;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation.Language;

namespace ApeTest.Targets.Oracles.Derivation.Operations;

/// <summary>What an operation does, read from its name, path, schemas and summary.</summary>
internal sealed class OperationProfile
{
    public required OperationSpec Operation { get; init; }

    /// <summary>Verbs of its name and of the action at the end of its path.</summary>
    public required FrozenSet<Verb> Verbs { get; init; }

    /// <summary>Verb that its summary begins with; null for none.</summary>
    public Verb? SummaryVerb { get; init; }

    /// <summary>Verb that its description begins with; null for none.</summary>
    public Verb? DescriptionVerb { get; init; }

    /// <summary>Whether it makes a new member of the collection that its path names.</summary>
    public bool Creates { get; init; }

    /// <summary>What its path is about: <c>order</c>; null for <c>/checkout</c>.</summary>
    public string? Resource { get; init; }

    /// <summary>Nouns of what it makes, changes or removes.</summary>
    public required FrozenSet<string> Own { get; init; }

    /// <summary>Nouns that it has to do with: parents, references, where it puts things.</summary>
    public required FrozenSet<string> Context { get; init; }

    /// <summary>Words of its summary, in the singular.</summary>
    public required FrozenSet<string> Said { get; init; }

    /// <summary>Names of its request's fields, plain: <c>duedate</c>.</summary>
    public required FrozenSet<string> Fields { get; init; }

    /// <summary>Whether one call may cover several things at once: it has a list in its body, or refers to nothing at all.</summary>
    public bool IsCollective { get; init; }

    /// <summary>Names of the lists in its request, plain and in the singular.</summary>
    public required FrozenSet<string> Lists { get; init; }

    /// <summary>The read of what it answers with; null for none.</summary>
    public CreatedRead? Read { get; init; }

    /// <summary>What a person calls the thing that it answers with: the noun of its read.</summary>
    public string? Produced => Read?.Noun;

    /// <summary>Whether its path or its name puts what it is about inside such a thing.</summary>
    public bool IsWithin(string noun) => OperationNames.Segments(Operation).Select(WordForms.Split).Append(OperationNames.Words(Operation))
        .Select(static words => words.ConvertAll(WordForms.Singular)).Any(words => words.Contains(noun) || string.Concat(words) == noun);

    /// <summary>Whether it is that very thing that it makes, changes or removes.</summary>
    public bool IsOf(string noun) => Own.Contains(noun) || Produced == noun;

    public bool Concerns(string noun) => Own.Contains(noun) || Context.Contains(noun) || Said.Contains(noun) || Produced == noun;
}
