using System.Text.RegularExpressions;
using ApeTest.Scenarios;

namespace ApeTest.Testing;

/// <summary>
/// A mistake as a test has to tell it: a test runner prints the message of an exception alone, so what to do stands in it too, and flags of the
/// command line are the methods that set them.
/// </summary>
internal static partial class MistakeText
{
    private static readonly Dictionary<string, string> Methods = new(StringComparer.Ordinal)
    {
        ["--target"] = "For",
        ["--goal"] = "WithGoal",
        ["--success"] = "WithSuccess",
        ["--openapi"] = "WithOpenApi",
        ["--agents"] = "WithAgents",
        ["--duration"] = "WithDuration",
        ["--iterations"] = "WithIterations",
        ["--think"] = "WithThinkTime",
        ["--model"] = "WithModel",
        ["--threshold"] = "WithThreshold",
        ["--header"] = "WithHeader",
        ["--seed"] = "WithSeed",
        ["--insecure"] = "WithInsecureTls()",
    };

    /// <summary>The same mistake, its message with the hint below it.</summary>
    public static ApeTestException Of(ApeTestException mistake)
    {
        var hint = mistake.Hint is { } text ? InMethods(text) : null;
        var message = InMethods(mistake.Message);
        return new ApeTestException(hint is null ? message : $"{message}\n{hint}", hint, mistake.ExitCode, mistake.InnerException);
    }

    private static string InMethods(string text) => Flag().Replace(text, static flag => Methods.GetValueOrDefault(flag.Value, flag.Value));

    [GeneratedRegex(@"(?<![\w-])--[a-z]+(?![\w-])")]
    private static partial Regex Flag();
}
