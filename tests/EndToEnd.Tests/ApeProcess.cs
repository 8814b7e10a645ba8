using System.Diagnostics;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>The built <c>ape-test</c> as a process of its own, in a directory of its own.</summary>
internal sealed class ApeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ApeProcess(Process process)
    {
        _process = process;
        _output = ReadOutputAsync();
        _error = ReadErrorAsync();
    }

    /// <summary>
    /// What stands before a command where these tests run under <c>nohup</c>, whose children ignore SIGHUP as they should: a test of that
    /// signal needs its default. Empty elsewhere.
    /// </summary>
    public static string DefaultHangUp { get; } = OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & 1) != 0 ? "env --default-signal=HUP " : "";

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Completes when it says that the run has begun.</summary>
    public Task Running => _running.Task;

    /// <summary>Completes when it says that it has heard a signal. Two signals sent before it was heard may arrive as one (signal(7)).</summary>
    public Task Stopping => _stopping.Task;

    /// <summary>The first line on standard output.</summary>
    public Task<string> FirstOutputLineAsync() => _firstLine.Task.Within(TestContext.Current.CancellationToken);

    /// <summary>Runs it to its end.</summary>
    public static Task<ApeResult> RunAsync(TempDirectory directory, params string[] arguments) => RunWithAsync(directory, [], arguments);

    /// <summary>Runs it to its end, with variables of the test's own.</summary>
    public static async Task<ApeResult> RunWithAsync(TempDirectory directory, Dictionary<string, string> variables, params string[] arguments)
    {
        await using var process = StartWith(directory, variables, arguments);
        return await process.EndAsync();
    }

    /// <summary>Starts it.</summary>
    public static ApeProcess Start(TempDirectory directory, params string[] arguments) => StartWith(directory, [], arguments);

    /// <summary>Starts it, with variables of the test's own.</summary>
    public static ApeProcess StartWith(TempDirectory directory, Dictionary<string, string> variables, string[] arguments)
    {
        string[] words = [.. $"{DefaultHangUp}dotnet".Split(' '), Path.Combine(AppContext.BaseDirectory, "ape-test.dll"), .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = directory.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // What the machine's user has set must not decide a test.
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ApeProcess(process);
    }

    /// <summary>Sends a signal by name: <c>INT</c>, <c>TERM</c>, <c>KILL</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ApeResult> EndAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await _process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
        return new ApeResult(_process.ExitCode, await _output.Within(cancellationToken), await _error.Within(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    internal static bool IsForeign(string name) =>
        name.StartsWith("APETEST_", StringComparison.Ordinal) || name.StartsWith("OTEL_", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.EndsWith("_API_KEY", StringComparison.Ordinal);

    private async Task<string> ReadOutputAsync()
    {
        var first = await _process.StandardOutput.ReadLineAsync();
        if (first is null)
        {
            _firstLine.TrySetException(new InvalidOperationException("ape-test ended without a word."));
            return string.Empty;
        }
        _firstLine.TrySetResult(first);
        return $"{first}\n{await _process.StandardOutput.ReadToEndAsync()}";
    }

    private async Task<string> ReadErrorAsync()
    {
        var text = new System.Text.StringBuilder();
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            text.Append(line).Append('\n');
            if (line.StartsWith("run ", StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal))
            {
                _running.TrySetResult();
            }
            if (line.StartsWith("stopping: ", StringComparison.Ordinal))
            {
                _stopping.TrySetResult();
            }
        }
        _running.TrySetException(new InvalidOperationException($"ape-test ended before there was a run:\n{text}"));
        return text.ToString();
    }
}

/// <summary>What it did.</summary>
internal sealed record ApeResult(int Code, string Out, string Error)
{
    /// <summary>Fails the test with all that was said unless the exit code is <paramref name="code"/>.</summary>
    public ApeResult Exits(int code)
    {
        Assert.True(Code == code, $"exit {Code}, expected {code}\n--- stdout\n{Out}\n--- stderr\n{Error}");
        return this;
    }
}
