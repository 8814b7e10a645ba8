namespace ApeTest.EndToEnd.Tests.Docs;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path below the repository, with slashes.</param>
/// <param name="Line">Line of its fence, from 1.</param>
/// <param name="Language">What stands behind the fence; may be empty.</param>
/// <param name="Text">Its lines, without the fence's indentation.</param>
/// <param name="Marks">What the comments before it say.</param>
internal sealed record DocBlock(string Page, int Line, string Language, string Text, DocMarks Marks)
{
    /// <summary>Whether it holds commands for a shell.</summary>
    public bool IsShell => Language is "sh" or "console" or "bash" or "shell";

    /// <summary>Where it is, as an editor opens it.</summary>
    public string Place => $"{Page}:{Line}";

    /// <summary>Its commands, each whole, in order.</summary>
    public IReadOnlyList<string> Commands => DocCommands.Of(Text);
}
