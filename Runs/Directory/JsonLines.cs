using System.Runtime.CompilerServices;

namespace ApeTest.Runs.Directory;

/// <summary>Lines of a file that another process may be writing, at constant memory.</summary>
internal static class JsonLines
{
    /// <summary>All lines, a last one without its newline included. Empty where there is no file.</summary>
    public static async IAsyncEnumerable<string> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 << 10, useAsync: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            yield break;
        }
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }
}
