using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>One wrong invocation: what is given, and what must be said of it.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Line">The command line, words separated by blanks; <c>'…'</c> keeps blanks, <c>{server}</c>, <c>{host}</c> and <c>{port}</c> are those of <see cref="BadServer"/>.</param>
/// <param name="Says">What standard error must hold; parts are separated by <c>|</c>.</param>
internal sealed record BadRow(int Code, string Line, string Says)
{
    /// <summary>Files that are there: name and text.</summary>
    public (string Name, string Text)[] Files { get; init; } = [];

    /// <summary>Environment variables: name and value; <c>{server}</c> is filled in.</summary>
    public (string Name, string Value)[] Variables { get; init; } = [];

    /// <summary>Makes what a text cannot: large, binary and special files.</summary>
    public Action<TempDirectory>? Prepare { get; init; }

    /// <summary>The words of the line.</summary>
    public string[] Words()
    {
        var words = new List<string>();
        var word = new System.Text.StringBuilder();
        var (quoted, begun) = (false, false);
        foreach (var c in Line + " ")
        {
            if (c == '\'')
            {
                (quoted, begun) = (!quoted, true);
            }
            else if (c != ' ' || quoted)
            {
                word.Append(c);
                begun = true;
            }
            else if (begun)
            {
                words.Add(word.ToString());
                word.Clear();
                begun = false;
            }
        }
        return [.. words];
    }
}
