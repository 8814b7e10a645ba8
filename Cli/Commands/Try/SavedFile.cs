using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Try;

/// <summary>The file of a saved scenario: a new one unless told otherwise, and whole or not at all.</summary>
internal static class SavedFile
{
    private const string Place = "Name a file in a directory that exists and that you may write to.";

    /// <summary>Throws <see cref="ApeTestException"/> where the file exists and is not to be replaced (exit 2), or has no directory (exit 3).</summary>
    public static void Check(string path, string shown, bool force)
    {
        if (Directory.Exists(path))
        {
            throw new ApeTestException($"{shown} is a directory", Place, ExitCodes.Input);
        }
        if (File.Exists(path) && !force)
        {
            throw new ApeTestException($"{shown} exists already", "Name another file, or add --force to replace it.", ExitCodes.Input);
        }
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new ApeTestException($"{shown} cannot be written: there is no such directory", Place, ExitCodes.Environment);
        }
    }

    /// <summary>Writes the file; what cannot be written throws <see cref="ApeTestException"/> (exit 3) and leaves what was there.</summary>
    public static void Write(string path, string shown, string text, bool force)
    {
        var draft = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(draft, text);
            File.Move(draft, path, overwrite: force);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            throw new ApeTestException($"{shown} cannot be written: {exception.Message}", Place, ExitCodes.Environment, exception);
        }
    }
}
