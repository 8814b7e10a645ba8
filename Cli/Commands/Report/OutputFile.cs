using System.Text;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Report;

/// <summary>Where a report goes: <c>--out FILE</c>, replaced as a whole, or standard output.</summary>
internal static class OutputFile
{
    // Of the file beside it, until it takes its place; nobody asked for that name, so no message has it.
    private static string Suffix => $".{Environment.ProcessId}.tmp";

    /// <summary>Writes. A file that cannot be written: <see cref="ApeTestException"/> (exit 3); what was there stays.</summary>
    public static async Task WriteAsync(CliEnvironment environment, string? file, Func<TextWriter, Task> write)
    {
        if (file is null)
        {
            await write(environment.Out);
            return;
        }
        var path = environment.Absolute(file);
        try
        {
            // A device or a pipe cannot be replaced; anything else is, by rename.
            if (File.Exists(path) && (File.GetAttributes(path) & (FileAttributes.Device | FileAttributes.ReparsePoint)) != 0)
            {
                await using var there = Open(path);
                await write(there);
                return;
            }
            var next = path + Suffix;
            try
            {
                await using (var output = Open(next))
                {
                    await write(output);
                }
                File.Move(next, path, overwrite: true);
            }
            finally
            {
                File.Delete(next);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"--out {file} cannot be written: {e.Message.Replace(Suffix, string.Empty, StringComparison.Ordinal)}", "Name a file in a directory that exists and that you may write to.", ExitCodes.Environment, e);
        }
    }

    private static StreamWriter Open(string path) => new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
}
