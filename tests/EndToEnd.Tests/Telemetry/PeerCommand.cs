using System.Diagnostics;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>A program of somebody else's that judges what we wrote. Skips where it is not installed.</summary>
internal static class PeerCommand
{
    /// <summary>Runs it to its end; returns its exit code and all that it said.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Requires.Command(command), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var cancellationToken = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
