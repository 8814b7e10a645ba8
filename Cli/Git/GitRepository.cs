namespace ApeTest.Cli.Git;

/// <summary>The git repository around a directory, found by its <c>.git</c>: a folder, or the file of a worktree or submodule.</summary>
internal static class GitRepository
{
    /// <summary>Its root; null where the directory, which need not exist, is in none.</summary>
    public static string? RootOf(string directory)
    {
        for (var at = directory.TrimEnd(Path.DirectorySeparatorChar); at is { Length: > 0 }; at = Path.GetDirectoryName(at))
        {
            var mark = Path.Combine(at, ".git");
            if (Directory.Exists(mark) || File.Exists(mark))
            {
                return at;
            }
        }
        return null;
    }

    /// <summary>The directory as seen from the root, with '/'; <c>.</c> for the root itself, and outside of a repository.</summary>
    public static string Below(string directory) => RootOf(directory) is { } root ? Path.GetRelativePath(root, directory).Replace('\\', '/') : ".";

    /// <summary>Whether a <c>.gitignore</c> of the directory, or of one above it in the repository, ignores a folder of that name in it.</summary>
    public static bool Ignores(string directory, string folder)
    {
        var root = RootOf(directory);
        for (var at = directory.TrimEnd(Path.DirectorySeparatorChar); at is { Length: > 0 }; at = Path.GetDirectoryName(at))
        {
            var file = Path.Combine(at, ".gitignore");
            // A pattern that begins with '/' is about its own directory only.
            if (File.Exists(file) && File.ReadLines(file).Select(static line => line.Trim()).Any(line => Plain(line, at == directory) == folder))
            {
                return true;
            }
            if (at == root)
            {
                break;
            }
        }
        return false;
    }

    private static string Plain(string line, bool own)
    {
        var pattern = line.TrimEnd('/');
        return pattern.StartsWith("**/", StringComparison.Ordinal) ? pattern[3..] : own && pattern.StartsWith('/') ? pattern[1..] : pattern;
    }
}
