using System.Diagnostics;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Peers;

/// <summary>A program of somebody else's from npm, installed into a directory of the test's own: a peer that shares no code with us.</summary>
internal sealed class NodePackage(TempDirectory directory)
{
    /// <summary>Installs <paramref name="packages"/> (<c>name@version</c>). Needs node, npm and a registry; skips without them.</summary>
    public async Task InstallAsync(params string[] packages)
    {
        Requires.Command("node");
        var npm = Requires.Command("npm");
        var (code, output) = await RunAsync(npm, ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", directory.Path, .. packages]);
        Requires.That(code == 0, $"npm could not install {string.Join(", ", packages)}: {output}");
    }

    /// <summary>Runs a module's source and returns its exit code and what it printed.</summary>
    public async Task<(int Code, string Output)> RunScriptAsync(string source, params string[] arguments)
    {
        var script = Path.Combine(directory.Path, "script.mjs");
        await File.WriteAllTextAsync(script, source, TestContext.Current.CancellationToken);
        return await RunAsync(Requires.Command("node"), [script, .. arguments]);
    }

    private async Task<(int Code, string Output)> RunAsync(string command, string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = directory.Path, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var cancellationToken = TestContext.Current.CancellationToken;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
