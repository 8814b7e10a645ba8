using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Cli.Commands.Init;

/// <summary>The header with the application's key, for the requests that init itself makes.</summary>
internal static class InitHeaders
{
    /// <summary>The header with its variables filled in; one that is not set throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static IReadOnlyDictionary<string, string> Of((string Name, string Value)? header, IReadOnlyDictionary<string, string> variables)
    {
        if (header is not var (name, value))
        {
            return new Dictionary<string, string>();
        }
        var filled = VariableText.Fill(value, variables);
        return filled.Errors is [var error, ..]
            ? throw new ApeTestException($"--header: {error.Message}", error.Suggestion, ExitCodes.Input)
            : new Dictionary<string, string> { [name] = filled.Text };
    }
}
