using System.Diagnostics;
using ApeTest.Tests.Shared;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

/// <summary>A program of somebody else's that reads from standard input what we wrote.</summary>
internal static class PeerProgram
{
    /// <summary>Runs it to its end; returns its exit code and all that it said.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var cancellationToken = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
