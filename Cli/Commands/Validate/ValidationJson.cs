using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Cli.Commands.Validate;

/// <summary>What <c>validate --format json</c> prints: one object, also where the scenario is wrong.</summary>
/// <param name="Valid">Whether there are no problems.</param>
/// <param name="Problems">All that is wrong, in the order of the file.</param>
/// <param name="Notes">What the user should know though nothing is wrong.</param>
internal sealed record ValidationJson(bool Valid, IReadOnlyList<ProblemJson> Problems, IReadOnlyList<string> Notes)
{
    private static readonly ValidationJsonContext Context = new(new JsonSerializerOptions(ValidationJsonContext.Default.Options)
    {
        // The document goes to a program or a terminal, not into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The answer for problems; none: the scenario is valid.</summary>
    public static ValidationJson Of(IReadOnlyList<ProblemJson> problems, IEnumerable<string> notes) => new(problems.Count == 0, problems, [.. notes]);

    /// <summary>The document.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, Context.ValidationJson);
}

/// <summary>One mistake. Where it does not stand in a file, <c>File</c>, <c>Line</c> and <c>Column</c> are null and <c>Where</c> names the flag or variable, if there is one.</summary>
internal sealed record ProblemJson(string? Where, string? File, int? Line, int? Column, string? Path, string Message, string? Hint)
{
    /// <summary>A mistake that the loader found.</summary>
    public static ProblemJson Of(ScenarioError error)
    {
        var suffix = FormattableString.Invariant($":{error.Line}");
        var file = error.Line > 0 && error.Where.EndsWith(suffix, StringComparison.Ordinal) ? error.Where[..^suffix.Length] : null;
        return new ProblemJson(error.Where, file, Positive(error.Line), Positive(error.Column), error.Path.Length > 0 ? error.Path : null, error.Message, error.Suggestion);
    }

    /// <summary>A mistake of the scenario as a whole, or of the command.</summary>
    public static ProblemJson Of(ApeTestException exception) => new(null, null, null, null, null, exception.Message, exception.Hint);

    private static int? Positive(int number) => number > 0 ? number : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ValidationJson))]
internal sealed partial class ValidationJsonContext : JsonSerializerContext;
