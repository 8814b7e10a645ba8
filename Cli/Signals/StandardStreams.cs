using System.Runtime.InteropServices;

namespace ApeTest.Cli.Signals;

/// <summary>Whether this process was given its standard streams.</summary>
internal static partial class StandardStreams
{
    /// <summary>
    /// Whether <paramref name="descriptor"/> (0, 1 or 2) is the stream that the process was started with. Where it was closed
    /// (<c>2&gt;&amp;-</c>), the runtime's first own file or pipe has its number by now, and must not be written to. What came through
    /// <c>exec</c> is not close-on-exec, and what the runtime keeps open is.
    /// </summary>
    public static bool IsGiven(int descriptor)
    {
        const int getFlags = 1;
        const int closeOnExec = 1;
        return OperatingSystem.IsWindows() || FileControl(descriptor, getFlags) is var flags && flags >= 0 && (flags & closeOnExec) == 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int descriptor, int command);
}
