using System.Diagnostics;
using ApeTest.Agent;
using ApeTest.Cli.Commands.Start.Detached;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Execution.Workers;

/// <summary>
/// One worker as a process of its own: this program once more, told so by <see cref="Variable"/>. Its standard input is a pipe that it watches: a byte tells it to
/// end in order, and the pipe's end, which comes with this process's, to end at once.
/// </summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>Environment variable that makes a process one.</summary>
    public const string Variable = "APETEST_WORKER";

    private const string Listens = "agent listens on ";
    private const int MostLines = 20;

    private readonly Process _process;
    private readonly Queue<string> _said = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerProcess(string name, Process process)
    {
        (Name, _process) = (name, process);
        Ended = WaitAsync(process.StandardOutput, process.StandardError);
    }

    /// <summary>Its name in leases, batches and logs.</summary>
    public string Name { get; }

    public int Id => _process.Id;

    /// <summary>Where it listens; null until it does.</summary>
    public Uri? Url { get; private set; }

    /// <summary>Completes with its exit code.</summary>
    public Task<int> Ended { get; }

    /// <summary>Completes when it listens, and so waits for blocks; false where it ended before.</summary>
    public async Task<bool> ReadyAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_ready.Task, Ended).WaitAsync(cancellationToken);
        return _ready.Task.IsCompleted;
    }

    /// <summary>What it said last.</summary>
    public string LastWords
    {
        get
        {
            lock (_said)
            {
                return string.Join('\n', _said);
            }
        }
    }

    /// <summary>This process as one, if it is.</summary>
    public static Task<int>? Enter(string[] arguments) =>
        arguments.Length == 0 && Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } ? AgentProcess.RunAsync(["--urls", ServiceUrls.FreeLoopback]) : null;

    /// <summary>Starts one.</summary>
    public static WorkerProcess Start(string name, WorkerSettings settings, string directory)
    {
        var start = OwnProgram.Again(directory);
        // Keys of providers are the proxy's alone; what the scenario needs of the environment is in the plan.
        foreach (var key in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(key);
        }
        start.Environment[Variable] = "1";
        start.Environment[EnvironmentNames.Queue] = settings.Queue;
        start.Environment[EnvironmentNames.TokenFile] = settings.TokenFile;
        start.Environment[EnvironmentNames.AgentName] = name;
        start.Environment[EnvironmentNames.AgentRun] = settings.Run;
        start.Environment[EnvironmentNames.AgentLogs] = settings.Logs;
        start.Environment[EnvironmentNames.AgentParent] = "1";
        Set(start, EnvironmentNames.GatewayUrl, settings.Gateway);
        Set(start, EnvironmentNames.LlmProxyUrl, settings.LlmProxy);
        try
        {
            return new WorkerProcess(name, Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ApeTestException($"{name} cannot be started: {e.Message}", "Use fewer --workers, or a machine with more room.", ExitCodes.Environment, e);
        }
    }

    /// <summary>Tells it to end in order: its blocks are done, or given back.</summary>
    public void End()
    {
        try
        {
            _process.StandardInput.Write('\n');
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended.
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    public void Dispose() => _process.Dispose();

    private static void Set(ProcessStartInfo start, string name, Uri? value)
    {
        if (value is not null)
        {
            start.Environment[name] = value.ToString();
        }
    }

    private static bool IsForeign(string name) => name is DetachedProcess.Variable or EnvironmentNames.AgentBlocks
        || name.EndsWith("_API_KEY", StringComparison.Ordinal) || name.EndsWith("_API_KEY_FILE", StringComparison.Ordinal)
        || name.StartsWith(EnvironmentNames.ScenarioPrefix, StringComparison.Ordinal);

    private async Task<int> WaitAsync(StreamReader output, StreamReader error)
    {
        var rest = output.BaseStream.CopyToAsync(Stream.Null);
        while (await error.ReadLineAsync() is { } line)
        {
            lock (_said)
            {
                _said.Enqueue(line);
                if (_said.Count > MostLines)
                {
                    _said.Dequeue();
                }
            }
            if (line.StartsWith(Listens, StringComparison.Ordinal))
            {
                Url = new Uri(line[Listens.Length..]);
                _ready.TrySetResult();
            }
        }
        await rest;
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }
}
