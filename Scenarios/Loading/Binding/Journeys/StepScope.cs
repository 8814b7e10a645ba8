using ApeTest.Scenarios.Data;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>The names that are known at one place of a journey: data, and what earlier steps extract.</summary>
internal sealed class StepScope(Feeds feeds, IEnumerable<string> known)
{
    private readonly HashSet<string> _known = new(known, StringComparer.Ordinal);

    /// <summary>Names extracted so far.</summary>
    public IReadOnlySet<string> Known => _known;

    public void Add(string name) => _known.Add(name);

    /// <summary>A scope of its own that begins with what is known here.</summary>
    public StepScope Copy() => new(feeds, _known);

    /// <summary>What is wrong with the name of a value; null for nothing.</summary>
    public (string Error, string? Suggestion)? Check(string name)
    {
        if (name.Contains('.', StringComparison.Ordinal))
        {
            return feeds.Check(name);
        }
        if (_known.Contains(name))
        {
            return null;
        }
        return ($"no earlier step extracts {Quote.Text(name)}", Distances.Closest(name, _known) is { } close
            ? $"Did you mean `{Template.Placeholder(close)}`?"
            : Data.Generators.GeneratorParser.Examples.TryGetValue(name, out var generator)
                ? $"Did you mean the generator `{Template.Placeholder(generator)}`?"
                : $"Extract it in a step before this one: `extract: {{ {Quote.Plain(name)}: $.id }}`; data are written feed.column.");
    }
}
