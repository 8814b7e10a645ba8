using System.Diagnostics;
using System.Runtime.CompilerServices;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers;

/// <summary>Programs of this machine, run to their ends: the container client and <c>ape-test</c>.</summary>
internal static class Machine
{
    /// <summary>Building images and loading a thousand agents take their time on a small machine. Only a broken test waits so long.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>The checkout of these sources.</summary>
    public static string Checkout { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(File())!, "..", "..", ".."));

    /// <summary>Runs <c>docker</c>; a code other than 0 fails the test.</summary>
    public static async Task<string> DockerAsync(params string[] arguments) => (await TryDockerAsync(arguments)).Exits(0).Out;

    /// <summary>Runs <c>docker</c>, whatever its code.</summary>
    public static Task<ApeResult> TryDockerAsync(params string[] arguments) => RunAsync(Path.GetTempPath(), [], "docker", arguments);

    /// <summary>Runs a command in a container, whatever its code.</summary>
    public static Task<ApeResult> InAsync(string container, string script) => TryDockerAsync("exec", container, "sh", "-c", script);

    /// <summary>Runs <c>ape-test</c>.</summary>
    public static Task<ApeResult> ApeAsync(string directory, Dictionary<string, string> variables, params string[] arguments) =>
        RunAsync(directory, variables, "dotnet", [Path.Combine(AppContext.BaseDirectory, "ape-test.dll"), .. arguments]);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var timeout = new CancellationTokenSource(Limit, TimeProvider.System);
        using var timer = new PeriodicTimer(PollInterval, TimeProvider.System);
        while (!await condition())
        {
            Assert.False(timeout.IsCancellationRequested, $"{what} did not come about");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<ApeResult> RunAsync(string directory, Dictionary<string, string> variables, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("APETEST_", StringComparison.Ordinal) || name.StartsWith("APE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return new ApeResult(process.ExitCode, await output, await error);
    }

    private static string File([CallerFilePath] string path = "") => path;
}
