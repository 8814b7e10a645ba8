using System.Text;

namespace ApeTest.Scenarios.Loading;

/// <summary>
/// A text of a file in which <c>${VAR}</c> stands for an environment variable, and <c>$${</c> for the characters <c>${</c>. Secrets come
/// into files so: neither the error nor the names hold a value.
/// </summary>
/// <param name="Text">The text with its variables filled in; those in error are left out.</param>
/// <param name="Variables">Names of the variables in it.</param>
/// <param name="Errors">What is wrong: broken names, variables that are not set or empty.</param>
public sealed record VariableText(string Text, IReadOnlyList<string> Variables, IReadOnlyList<TextError> Errors)
{
    /// <summary>Fills in a text. A variable that is empty counts as not set.</summary>
    public static VariableText Fill(string text, IReadOnlyDictionary<string, string> environment)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return new VariableText(text, [], []);
        }
        var variables = new List<string>();
        var errors = new List<TextError>();
        var result = new StringBuilder(text.Length);
        var at = 0;
        while (text.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            if (open > at && text[open - 1] == '$')
            {
                result.Append(text, at, open - 1 - at).Append("${");
                at = open + 2;
                continue;
            }
            result.Append(text, at, open - at);
            var close = text.IndexOf('}', open);
            var name = close < 0 ? "" : text[(open + 2)..close];
            if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                errors.Add(new TextError(open, "holds a broken `${VAR}`", "Write for example `${API_TOKEN}`, or `$${` for the characters themselves."));
                return new VariableText(result.ToString(), variables, errors);
            }
            variables.Add(name);
            if (environment.GetValueOrDefault(name) is { Length: > 0 } value)
            {
                result.Append(value);
            }
            else
            {
                errors.Add(new TextError(open, $"the environment variable {name} is not set", $"Set it, for example `export {name}=...`."));
            }
            at = close + 1;
        }
        result.Append(text, at, text.Length - at);
        return new VariableText(result.ToString(), variables, errors);
    }
}
