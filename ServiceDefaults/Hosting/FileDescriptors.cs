using System.Globalization;

namespace ApeTest.ServiceDefaults.Hosting;

/// <summary>File descriptors of this process: each connection takes one. Known on Linux only.</summary>
public static class FileDescriptors
{
    // The rest is for what comes unasked: scrapes, a connection that is being closed, a file that is being read.
    private const double Usable = 0.95;

    /// <summary>Those in use; null where the system does not tell.</summary>
    public static int? Open()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Those that this process may have (RLIMIT_NOFILE). .NET raises its soft limit to the hard one as it starts, so that the soft one that
    /// holds now is the hard one of the shell. Null: unlimited, or the system does not tell.
    /// </summary>
    public static long? Limit()
    {
        try
        {
            return LimitOf(File.ReadAllText("/proc/self/limits"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Connections of a kind that fit, a little below the limit; null where there is none.</summary>
    /// <param name="own">Files that the process needs beside them.</param>
    /// <param name="files">Files that each takes.</param>
    /// <param name="limit">The limit. Default this process's.</param>
    public static int? Connections(long own, int files, long? limit = null) =>
        (limit ?? Limit()) is { } most ? (int)Math.Clamp(((long)(most * Usable) - own) / files, 1, int.MaxValue) : null;

    /// <summary>The soft limit in the text of <c>/proc/self/limits</c> (proc(5)).</summary>
    public static long? LimitOf(string limits)
    {
        const string Name = "Max open files";
        var line = limits.Split('\n').FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        var soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
