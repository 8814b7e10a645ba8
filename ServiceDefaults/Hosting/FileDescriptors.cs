using System.Globalization;

namespace ApeTest.ServiceDefaults.Hosting;

/// <summary>File descriptors of this process: each connection takes one. Known on Linux only.</summary>
public static class FileDescriptors
{
    /// <summary>Those in use and those that the process may have; null where the system does not tell.</summary>
    public static (int Open, int Limit)? Read()
    {
        try
        {
            return Limit() is { } limit ? (Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), limit) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Those that the process may have: the soft limit, which .NET raises to the hard limit at start. Null where the system does not tell.
    /// </summary>
    public static int? Limit()
    {
        try
        {
            // "Max open files            1024                 524288               files" (proc(5))
            const string Name = "Max open files";
            foreach (var line in File.ReadLines("/proc/self/limits"))
            {
                if (line.StartsWith(Name, StringComparison.Ordinal))
                {
                    var soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                    return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
                }
            }
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
