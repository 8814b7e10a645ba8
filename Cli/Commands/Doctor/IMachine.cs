using ApeTest.Cli.Readiness;

namespace ApeTest.Cli.Commands.Doctor;

/// <summary>What the checks ask of the machine. Implementations: this machine; a test's fake.</summary>
internal interface IMachine
{
    /// <summary>Limits of this process.</summary>
    MachineLimits Limits { get; }

    /// <summary>When this program was built, UTC; null where that is not known.</summary>
    DateTimeOffset? Built { get; }

    /// <summary>The package feed that this program was built for: <c>full</c> or <c>partial</c>.</summary>
    string Feed { get; }

    /// <summary>Runs a program that answers at once; null where there is no such program.</summary>
    Task<(int Code, string Output)?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken);

    /// <summary>Whether something listens on the port of 127.0.0.1.</summary>
    bool IsTaken(int port);

    /// <summary>Bytes that are free where the directory is; null where that is not known.</summary>
    long? FreeBytes(string directory);

    /// <summary>Whether files can be made in the directory.</summary>
    bool CanWrite(string directory);
}
