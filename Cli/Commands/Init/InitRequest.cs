using System.Collections.Immutable;
using ApeTest.Cli.Templates;

namespace ApeTest.Cli.Commands.Init;

/// <summary>What the command line said, checked as far as that goes without asking the target.</summary>
internal sealed record InitRequest
{
    /// <summary>Directory to write to, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>As it was written, for messages; <c>.</c> for this one.</summary>
    public required string Shown { get; init; }

    /// <summary>The template; null for none.</summary>
    public InitTemplate? Template { get; init; }

    /// <summary>The target; null for a sample, or to be asked.</summary>
    public Uri? Target { get; init; }

    /// <summary><c>--openapi</c>.</summary>
    public string? OpenApi { get; init; }

    /// <summary><c>--graphql</c>.</summary>
    public string? GraphQl { get; init; }

    /// <summary><c>--header</c>: name, and value as the scenario holds it.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary><c>--login</c>: the values of the login's fields; null where it is not given.</summary>
    public ImmutableArray<string>? Login { get; init; }

    /// <summary><c>--goal</c>, each.</summary>
    public IReadOnlyList<string> Goals { get; init; } = [];

    /// <summary><c>--success</c>; null for none.</summary>
    public string? Success { get; init; }

    /// <summary><c>--agents</c>; null where it is not given.</summary>
    public int? Agents { get; init; }

    /// <summary><c>--duration</c>; null where it is not given.</summary>
    public string? Duration { get; init; }

    /// <summary><c>--model</c>; null where it is not given.</summary>
    public string? Model { get; init; }

    /// <summary>Whether nothing is asked.</summary>
    public bool Yes { get; init; }

    /// <summary>Whether files that exist are replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Name of the scenario: the directory's, as far as it can be one.</summary>
    public string Name
    {
        get
        {
            var name = new string([.. Path.GetFileName(Directory.TrimEnd(Path.DirectorySeparatorChar)).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')]).Trim('-');
            return name.Length is > 0 and <= 64 ? name : "first-run";
        }
    }
}
