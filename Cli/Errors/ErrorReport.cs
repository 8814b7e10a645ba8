using System.Globalization;
using System.Runtime.InteropServices;
using ApeTest.Cli.Rendering;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Errors;

/// <summary>Tells errors to a person: <c>error: message</c>, then hints, on standard error. No stack trace unless asked for.</summary>
internal static class ErrorReport
{
    /// <summary>The user's mistake or the environment's fault.</summary>
    public static int Write(CliEnvironment environment, ApeTestException exception)
    {
        Write(environment, exception.Message, exception.Hint);
        return exception.ExitCode;
    }

    /// <summary>An error line, and a hint below it.</summary>
    public static void Write(CliEnvironment environment, string message, string? hint)
    {
        environment.Error.WriteLine($"error: {string.Join('\n', Lines(message))}");
        foreach (var line in hint is null ? [] : Lines(hint))
        {
            environment.Error.WriteLine($"  {line}");
        }
    }

    /// <summary>What a target's document or a model said may be part of it, and must not drive the terminal.</summary>
    private static IEnumerable<string> Lines(string text) => text.TrimEnd().ReplaceLineEndings("\n").Split('\n').Select(Show.Safe);

    /// <summary>A bug: one line, and where the details are.</summary>
    public static int WriteBug(CliEnvironment environment, Exception exception, IReadOnlyList<string> arguments, bool debug)
    {
        var first = exception.Message.ReplaceLineEndings("\n").Split('\n')[0];
        environment.Error.WriteLine($"error: ApeTest failed unexpectedly: {exception.GetType().Name}: {first}");
        if (debug)
        {
            environment.Error.WriteLine(exception.ToString());
        }
        else if (Save(environment, exception, arguments) is { } file)
        {
            environment.Error.WriteLine($"  details for a bug report: {environment.Shown(file)}");
        }
        else
        {
            environment.Error.WriteLine("  run the same command with --debug for the details");
        }
        return ExitCodes.Bug;
    }

    private static string? Save(CliEnvironment environment, Exception exception, IReadOnlyList<string> arguments)
    {
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(environment.CurrentDirectory, ".ape", "bugs"));
            var at = environment.Time.GetUtcNow().ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
            var file = Path.Combine(folder.FullName, $"{at}.txt");
            // The command's words without their values: values may be keys or passwords.
            var words = arguments.Select(argument => argument.StartsWith('-') ? argument.Split('=')[0] : "…");
            File.WriteAllText(file, $"""
                ApeTest {ProductVersion.Text}, .NET {Environment.Version}, {RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}
                ape-test {string.Join(' ', words)}

                {exception}

                """);
            return file;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
