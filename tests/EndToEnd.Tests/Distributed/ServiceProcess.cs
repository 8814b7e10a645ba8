using System.Diagnostics;
using System.Text;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Distributed;

/// <summary>One service as a process of its own, and all that it says.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private ServiceProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>All that it wrote to standard output and error so far: its log.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Starts <c>dotnet {assembly}.dll</c> of the build under test on a free port, unless the arguments say otherwise.</summary>
    public static ServiceProcess Start(TempDirectory directory, string assembly, Dictionary<string, string> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly + ".dll"), .. arguments])
        {
            WorkingDirectory = directory.Path, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(ApeProcess.IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
        return new ServiceProcess(Process.Start(start)!);
    }

    /// <summary>Where it listens, once it does.</summary>
    public Task<Uri> UrlAsync() => _url.Task.Within(TestContext.Current.CancellationToken);

    /// <summary>Sends a signal by name: <c>TERM</c>, <c>KILL</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end; returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        await _reading.Within(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        const string listens = " listens on ";
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_said)
            {
                _said.Append(line).Append('\n');
            }
            // The services alone say it so, `ape-test shop` in a table.
            if (!line.StartsWith('{') && (line.Contains(listens, StringComparison.Ordinal) || line.StartsWith("shop ", StringComparison.Ordinal)))
            {
                _url.TrySetResult(new Uri(line[line.LastIndexOf(' ')..]));
            }
        }
        _url.TrySetException(new InvalidOperationException($"the service ended:\n{Said}"));
        _ = _url.Task.Exception;
    }
}
