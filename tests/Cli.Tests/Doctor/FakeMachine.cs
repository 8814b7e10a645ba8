using ApeTest.Cli.Commands.Doctor;
using ApeTest.Cli.Readiness;

namespace ApeTest.Cli.Tests.Doctor;

/// <summary>A machine on which everything is as it should be, unless a test says otherwise.</summary>
internal sealed class FakeMachine : IMachine
{
    public MachineLimits Limits { get; init; } = new() { OpenFiles = 20_000, Ports = 28_232, MemoryBytes = 16_000_000_000 };

    public DateTimeOffset? Built { get; init; } = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public string Feed { get; init; } = "partial";

    public Dictionary<string, (int Code, string Output)> Programs { get; } = new(StringComparer.Ordinal)
    {
        ["dotnet --list-sdks"] = (0, "9.0.100 [/usr/share/dotnet/sdk]\n10.0.100 [/usr/share/dotnet/sdk]"),
        ["docker version"] = (0, "28.0.1"),
        ["docker compose"] = (0, "2.33.1"),
    };

    public HashSet<int> Taken { get; } = [];

    public long? Free { get; init; } = 50_000_000_000;

    public bool Writable { get; init; } = true;

    public Task<(int Code, string Output)?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        Task.FromResult<(int, string)?>(Programs.TryGetValue($"{program} {arguments[0]}", out var answer) ? answer : null);

    public bool IsTaken(int port) => Taken.Contains(port);

    public long? FreeBytes(string directory) => Free;

    public bool CanWrite(string directory) => Writable;
}
