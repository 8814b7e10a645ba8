namespace ApeTest.Tests.Shared;

/// <summary>An empty directory of the test's own, deleted with all it holds when disposed.</summary>
public sealed class TempDirectory : IDisposable
{
    /// <summary>The directory's full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("apetest-").FullName;

    /// <summary>Full path of <paramref name="parts"/> below the directory; nothing is created.</summary>
    public string Combine(params string[] parts)
    {
        return System.IO.Path.Combine([Path, .. parts]);
    }

    /// <summary>Writes a file below the directory and returns its full path.</summary>
    public string Write(string name, string content)
    {
        var path = Combine(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file still open elsewhere: the system's temporary folder is cleaned by the system.
        }
    }
}
