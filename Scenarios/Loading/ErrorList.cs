using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading;

/// <summary>Gathers errors; beyond <see cref="MaxErrors"/> they are only counted, so that a broken file does not fill a screen or the memory.</summary>
internal sealed class ErrorList
{
    /// <summary>Most errors that are listed.</summary>
    public const int MaxErrors = 100;

    private readonly List<(Origin Origin, ScenarioError Error)> _errors = [];
    private int _more;

    public int Count => _errors.Count + _more;

    /// <summary>Adds an error. <paramref name="message"/> has no full stop; <paramref name="suggestion"/> is a sentence.</summary>
    public void Add(Origin origin, string path, string message, string? suggestion)
    {
        if (_errors.Count == MaxErrors)
        {
            _more++;
            return;
        }
        _errors.Add((origin, new ScenarioError(origin.Where, origin.Line, origin.Column, path, message, suggestion)));
    }

    /// <summary>All errors: the file's by line, then those of the environment, then those of the command line.</summary>
    public ImmutableArray<ScenarioError> ToImmutable()
    {
        var sorted = _errors.OrderBy(e => e.Origin.Kind).ThenBy(e => e.Origin.Line).ThenBy(e => e.Origin.Column).Select(e => e.Error);
        return _more == 0
            ? [.. sorted]
            : [.. sorted, new ScenarioError(_errors[0].Error.Where, 0, 0, "", $"and {_more} more errors", "Mend these first.")];
    }
}
