using System.Net.Sockets;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Readiness;

/// <summary>Says that too few open files are allowed, where the runtime itself can no longer load its libraries and what it says of that explains nothing.</summary>
internal static class OpenFilesFloor
{
    // With 64 the runtime starts, and dies as it loads its own libraries; with 80 a command that starts no service works.
    private const int Least = 96;
    private const int TooManyOpenFiles = 24; // EMFILE, errno(3): what an IOException of it has as its HResult on Unix

    /// <summary>What is wrong with a limit that no command works with (exit 3); null for nothing.</summary>
    /// <param name="limit">Open files at most; null for no limit.</param>
    public static ApeTestException? Refuse(long? limit) => limit < Least ? TooFew(limit.Value, Least, null) : null;

    /// <summary>What an unexpected exception means where so few open files are allowed that a service cannot start (exit 3); null where it means something else.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="limit">Open files at most; null for no limit.</param>
    public static ApeTestException? Explain(Exception exception, long? limit) =>
        limit < GeneratorLimits.LeastFiles && IsOfFiles(exception.GetBaseException())
            ? TooFew(limit.Value, GeneratorLimits.LeastFiles, exception) : null;

    /// <summary>Tells it on standard error before anything else is loaded. Null: there are enough.</summary>
    public static int? Check()
    {
        if (Refuse(FileDescriptors.Limit()) is not { } few)
        {
            return null;
        }
        Console.Error.WriteLine($"error: {few.Message}\n  {few.Hint}");
        return few.ExitCode;
    }

    // A library that cannot be opened is one that cannot be found, or is damaged.
    private static bool IsOfFiles(Exception cause) => cause is FileNotFoundException or FileLoadException or BadImageFormatException or TypeLoadException or DllNotFoundException or OutOfMemoryException
        or SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } or IOException { HResult: TooManyOpenFiles };

    private static ApeTestException TooFew(long limit, int needed, Exception? inner) => new($"{limit} open files are allowed, and ApeTest needs {needed} at least",
        "Raise the limit before it: ulimit -n 4096 (as root where the hard limit is lower), --ulimit nofile=4096 for a container.", ExitCodes.Environment, inner);
}
