using System.Text;

namespace ApeTest.Scenarios.Loading;

/// <summary>One mistake in a scenario.</summary>
/// <param name="Where"><c>shop.yaml:12</c>, the environment variable or the command-line flag that holds the value.</param>
/// <param name="Line">Line from 1; 0 where the value does not stand in a file.</param>
/// <param name="Column">Column from 1; 0 where the value does not stand in a file.</param>
/// <param name="Path">Field, for example <c>goals[0].success[1].status</c>; empty for the file as a whole.</param>
/// <param name="Message">The rule that is broken and what was found, without a full stop: <c>must be &gt;= 1 (got 0)</c>.</param>
/// <param name="Suggestion">What to write instead, a sentence; null where the message says it.</param>
public sealed record ScenarioError(string Where, int Line, int Column, string Path, string Message, string? Suggestion)
{
    /// <summary>One line: <c>shop.yaml:12: agents: must be &gt;= 1 (got 0). Use for example 20.</c></summary>
    public override string ToString()
    {
        var text = new StringBuilder(Where).Append(": ");
        if (Path.Length > 0)
        {
            text.Append(Path).Append(": ");
        }
        text.Append(Message).Append('.');
        return Suggestion is null ? text.ToString() : text.Append(' ').Append(Suggestion).ToString();
    }
}
