using System.Text.RegularExpressions;

namespace ApeTest.EndToEnd.Tests.Docs;

/// <summary>
/// What the HTML comments before a block say to these tests; a reader does not see them.
/// <code>
/// &lt;!-- run: exit 99, needs postgres, for 12s --&gt;   the last command's exit code; what there must be; how long a run takes here; `one at a time`: services end one by one
/// &lt;!-- not run: REASON --&gt;                         its `ape-test` commands are parsed only
/// &lt;!-- file: shop.yaml --&gt;                         the block is written to that file
/// &lt;!-- first: COMMAND --&gt;                          run before it, unseen
/// </code>
/// </summary>
internal sealed partial record DocMarks
{
    /// <summary>Exit code of the last command. Default 0; of all others always 0.</summary>
    public int Code { get; private init; }

    /// <summary>Why it is not run; null: it is.</summary>
    public string? NotRun { get; private init; }

    /// <summary>File that it is written to.</summary>
    public string? File { get; private init; }

    /// <summary>Duration of its runs in place of the page's own. Default <see cref="DocShell.Short"/>.</summary>
    public string? Duration { get; private init; }

    /// <summary>Whether the services that run are ended before one of this block begins.</summary>
    public bool OneAtATime { get; private init; }

    /// <summary><c>model</c>, <c>postgres</c>, <c>stack</c>, or a command such as <c>jq</c>.</summary>
    public IReadOnlyList<string> Needs { get; private init; } = [];

    /// <summary>Commands before its own.</summary>
    public IReadOnlyList<string> First { get; private init; } = [];

    /// <summary>These, and what one more line says; the same where it is no mark.</summary>
    public DocMarks With(string line)
    {
        if (Mark().Match(line) is not { Success: true } match)
        {
            return this;
        }
        var value = match.Groups[2].Value;
        return match.Groups[1].Value switch
        {
            "not run" => this with { NotRun = value },
            "file" => this with { File = value },
            "first" => this with { First = [.. First, value] },
            _ => value.Split(',', StringSplitOptions.TrimEntries).Aggregate(this, static (marks, item) => marks.WithItem(item)),
        };
    }

    private DocMarks WithItem(string item) => item.Split(' ', 2) switch
    {
        ["one", "at a time"] => this with { OneAtATime = true },
        ["exit", var code] => this with { Code = int.Parse(code, System.Globalization.CultureInfo.InvariantCulture) },
        ["needs", var what] => this with { Needs = [.. Needs, what] },
        ["for", var duration] => this with { Duration = duration },
        _ => throw new FormatException($"'{item}' is no mark: exit CODE, needs WHAT or for TIME"),
    };

    [GeneratedRegex(@"^\s*<!--\s*(run|not run|file|first):\s*(.*?)\s*-->\s*$")]
    private static partial Regex Mark();
}
