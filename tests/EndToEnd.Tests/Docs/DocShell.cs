using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ApeTest.EndToEnd.Tests.Distributed;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Docs;

/// <summary>
/// A shell in a directory of a page's own, with the built <c>ape-test</c>. Variables and the current directory last from command to command. So that pages may name usual ports
/// and realistic loads, a command is changed before it runs: ports become free ones, runs short and small, ids and keys of examples those of this machine.
/// </summary>
internal sealed partial class DocShell : IAsyncDisposable
{
    /// <summary>How long runs take, unless a block says otherwise.</summary>
    public const string Short = "2s";

    private const int MostAgents = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TempDirectory _directory = new();
    private readonly TempDirectory _state = new();
    private readonly Dictionary<string, string> _ports = [];
    private readonly List<(string Command, Process Process, Task<string> Said)> _services = [];
    private DocModel? _model;
    private StackProcesses? _stack;
    private string? _queue;

    public DocShell()
    {
        var program = $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "ape-test.dll")}' \"$@\"\n";
        var path = _directory.Write("ape-test", program);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        var samples = Path.Combine(DocPage.Root, "samples");
        foreach (var file in Directory.GetFiles(Path.Combine(samples, "journeys")).Concat(Directory.GetFiles(Path.Combine(samples, "scenarios"))))
        {
            _directory.Write(Path.Combine("samples", Path.GetRelativePath(samples, file)), WithFreePorts(File.ReadAllText(file)));
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Brings up what a block needs; null, or why that is not possible here.</summary>
    public async Task<string?> ProvideAsync(DocBlock block)
    {
        try
        {
            foreach (var need in block.Marks.Needs)
            {
                switch (need)
                {
                    case "model":
                        await ModelAsync();
                        break;
                    case "postgres":
                        _queue ??= await (await PostgresServer.SharedAsync(Cancellation)).CreateDatabaseAsync(Cancellation);
                        break;
                    case "stack":
                        _stack ??= await StackProcesses.StartAsync(_directory, await (await PostgresServer.SharedAsync(Cancellation)).CreateDatabaseAsync(Cancellation), workers: 1);
                        (_ports["5080"], _ports["5300"]) = (Port(_stack.Shop), Port(_stack.Collector));
                        break;
                    default:
                        Requires.Command(need);
                        break;
                }
            }
            return null;
        }
        catch (InvalidOperationException absent) when (absent.Message.StartsWith("$Xunit", StringComparison.Ordinal))
        {
            return $"{block.Place}: {absent.Message.Split('$')[^1]}";
        }
    }

    /// <summary>Writes a block to its file.</summary>
    public void Write(DocBlock block) => _directory.Write(block.Marks.File!, WithFreePorts(block.Text) + "\n");

    /// <summary>Runs a command of a block; fails the test unless it ends with <paramref name="code"/>.</summary>
    public async Task RunAsync(DocBlock block, string command, int code)
    {
        command = await MadeFitAsync(command, block.Marks.Duration ?? Short);
        if (DocCommands.IsService(command))
        {
            await BeginAsync(block, command);
            return;
        }
        using var process = Start(block, $"{command}\ncode=$?\nexport -p > '{_state.Combine("vars")}'\npwd > '{_state.Combine("pwd")}'\nexit $code");
        var said = SaidAsync(process, null);
        try
        {
            await process.WaitForExitAsync(Cancellation).WaitAsync(Limit, Cancellation);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        var text = await said;
        Assert.True(process.ExitCode == code, $"{block.Place}\n$ {command}\nexit {process.ExitCode}, expected {code}\n{text}");
    }

    /// <summary>Ends what still runs; a service that does not end well fails the test.</summary>
    public async Task EndAsync()
    {
        await EndRunsAsync();
        await EndServicesAsync();
    }

    /// <summary>Stops the runs in the background; they are over when it returns.</summary>
    public async Task EndRunsAsync()
    {
        IReadOnlyList<RunDirectory> Running() => RunDirectoryReader.Running(RunDirectory.RunsRoot(_directory.Path), TimeProvider.System);
        foreach (var run in Running())
        {
            await ApeProcess.RunAsync(_directory, "stop", run.Run, "--now");
        }
        await ApeShell.UntilAsync(() => Running().Count == 0);
    }

    private async Task EndServicesAsync()
    {
        for (; _services.Count > 0; _services.RemoveAt(_services.Count - 1))
        {
            var (command, process, said) = _services[^1];
            using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(Cancellation).WaitAsync(Limit, Cancellation);
            var text = await said;
            Assert.True(process.ExitCode == 0, $"$ {command}\nexit {process.ExitCode} at Ctrl+C, expected 0\n{text}");
            process.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process, _) in _services)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
            process.Dispose();
        }
        if (_stack is not null)
        {
            await _stack.DisposeAsync();
        }
        if (_model is not null)
        {
            await _model.DisposeAsync();
        }
        _directory.Dispose();
        _state.Dispose();
    }

    private static string Port(Uri url) => url.Port.ToString(CultureInfo.InvariantCulture);

    private async Task<Uri> ModelAsync()
    {
        _model ??= await DocModel.StartAsync(Cancellation);
        _ports["11434"] = Port(_model.Url);
        return _model.Url;
    }

    private async Task BeginAsync(DocBlock block, string command)
    {
        if (block.Marks.OneAtATime)
        {
            await EndServicesAsync();
        }
        // The shell becomes the service, so that the signal at the end reaches it.
        var process = Start(block, Program().Replace(command, "exec ape-test", 1));
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = SaidAsync(process, ready);
        _services.Add((command, process, said));
        if (await Task.WhenAny(ready.Task, said).WaitAsync(Limit, Cancellation) == said)
        {
            Assert.Fail($"{block.Place}\n$ {command}\nended before it listened:\n{await said}");
        }
    }

    private Process Start(DocBlock block, string script)
    {
        var (vars, pwd) = (_state.Combine("vars"), _state.Combine("pwd"));
        // What a command before left in the environment comes first, what is of this command alone goes over it.
        var own = $"APETEST_SCENARIO__DURATION={block.Marks.Duration ?? Short}\nAPETEST_SCENARIO__AGENTS=2\n"
            + (block.Marks.Needs.Contains("model") && !script.Contains("OLLAMA_HOST", StringComparison.Ordinal) && !script.Contains("MODE=replay", StringComparison.Ordinal)
                ? $"APETEST_SCENARIO__LLM__BASEURL={new Uri(_model!.Url, "/v1")}" : "unset APETEST_SCENARIO__LLM__BASEURL");
        var start = new ProcessStartInfo(Requires.Command("bash"), ["-c", $"set -a\n[ ! -f '{vars}' ] || . '{vars}'\n[ ! -f '{pwd}' ] || cd \"$(cat '{pwd}')\"\n{own}\n{script}"])
        {
            WorkingDirectory = _directory.Path, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(static name => ApeProcess.IsForeign(name) || name is "OLLAMA_HOST" or "NO_COLOR").ToList())
        {
            start.Environment.Remove(name);
        }
        start.Environment["PATH"] = $"{_directory.Path}:{start.Environment["PATH"]}";
        // The queue of runs is one for all of a user: other tests' runs would be waited for.
        start.Environment["XDG_STATE_HOME"] = _state.Path;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static async Task<string> SaidAsync(Process process, TaskCompletionSource? ready)
    {
        var text = new StringBuilder();
        await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        return text.ToString();

        async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lock (text)
                {
                    text.Append(line).Append('\n');
                }
                if (line.Contains("Ctrl+C ends it", StringComparison.Ordinal))
                {
                    ready?.TrySetResult();
                }
            }
        }
    }

    private async Task<string> MadeFitAsync(string command, string duration)
    {
        command = DurationFlag().Replace(command, $"--duration {duration}");
        command = AgentsFlag().Replace(command, static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) > MostAgents ? $"--agents {MostAgents}" : match.Value);
        command = QueueUrl().Replace(command, _queue ?? "$0");
        command = ServicePort().Replace(command, match => $"{match.Value} --port {FreePortOf(UsualPort(match.Groups[1].Value))}", 1);
        return WithFreePorts(await WithRunsAsync(command));
    }

    private static string UsualPort(string service) => service switch
    {
        "gateway" => "5100", "proxy" => "5200", "shop" or "sample shop" => "5080", _ => "0",
    };

    private string WithFreePorts(string text) => UsualPortOfText().Replace(text, match => match.Groups[1].Value + FreePortOf(match.Groups[2].Value));

    private string FreePortOf(string usual)
    {
        if (usual != "0" && !_ports.ContainsKey(usual))
        {
            _ports[usual] = FreePort.Take().ToString(CultureInfo.InvariantCulture);
        }
        return usual == "0" ? usual : _ports[usual];
    }

    // Pages name runs 7f3a (the older) and 91b0, and a trace TRACE or 4bf92f35...
    private async Task<string> WithRunsAsync(string command)
    {
        var runs = RunDirectoryReader.List(RunDirectory.RunsRoot(_directory.Path)).OrderBy(static run => run.Run, StringComparer.Ordinal).ToList();
        if (runs.Count == 0)
        {
            return command;
        }
        command = OlderRun().Replace(command, runs[0].Run);
        command = NewerRun().Replace(command, runs[^1].Run);
        if (Trace().IsMatch(command))
        {
            var session = await SessionLog.ReadAsync(runs[^1], null, Cancellation).FirstAsync(Cancellation);
            command = Trace().Replace(command, session.TraceId);
        }
        return command;
    }

    [GeneratedRegex(@"--duration \S+")]
    private static partial Regex DurationFlag();

    [GeneratedRegex(@"--agents (\d+)")]
    private static partial Regex AgentsFlag();

    [GeneratedRegex(@"postgres://[^\s'""]+")]
    private static partial Regex QueueUrl();

    [GeneratedRegex(@"(?<=ape-test )(shop|gateway|proxy|sample \w+)\b(?!.*--(?:port|stdio|new-key))")]
    private static partial Regex ServicePort();

    [GeneratedRegex(@"(127\.0\.0\.1:|--port )(5\d\d\d|11434)\b")]
    private static partial Regex UsualPortOfText();

    [GeneratedRegex(@"(?:\./)?ape-test(?= )")]
    private static partial Regex Program();

    [GeneratedRegex(@"\b(?:20261121-131502-)?7f3a\b")]
    private static partial Regex OlderRun();

    [GeneratedRegex(@"\b91b0\b")]
    private static partial Regex NewerRun();

    [GeneratedRegex(@"\bTRACE\b|\b4bf92f3577b34da6a3ce929d0e0e4736\b")]
    private static partial Regex Trace();
}
