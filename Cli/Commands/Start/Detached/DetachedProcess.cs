using System.Runtime.InteropServices;
using System.Text;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;

namespace ApeTest.Cli.Commands.Start.Detached;

/// <summary>
/// This process as the background half of <c>start --detach</c>: the same command line once more, told so by <see cref="Variable"/>.
/// Until its run is on its way, what it says goes to the command that started it, and it stops when that ends. From then on it says it
/// to <c>console.log</c> in the run directory, and no terminal's end reaches it.
/// </summary>
internal sealed partial class DetachedProcess : ISignalSource, IDisposable
{
    /// <summary>Environment variable that makes a process one.</summary>
    public const string Variable = "APETEST_DETACHED";

    /// <summary>Ends what it says to the command that started it; the run's id and a newline follow. ASCII EOT, which no message holds.</summary>
    public const char EndOfMessages = '\u0004';

    private readonly Lock _lock = new();
    private readonly List<Action<StopSignal>> _handlers = [];
    private readonly ISignalSource _signals;
    private readonly DetachedConsole _console = new(System.Console.OpenStandardError());
    private bool _abandoned;

    private DetachedProcess(CliEnvironment environment)
    {
        // First of all: from here on the terminal's signals go to the command that started it, and that decides.
        LeaveTerminal();
        _signals = environment.Signals;
        var writer = TextWriter.Synchronized(new StreamWriter(_console, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = "\n" });
        Environment = new CliEnvironment
        {
            Out = writer,
            Error = writer,
            In = TextReader.Null,
            Variables = environment.Variables,
            CurrentDirectory = environment.CurrentDirectory,
            Time = environment.Time,
            Signals = this,
            Detached = this,
        };
        AppDomain.CurrentDomain.UnhandledException += (_, crash) => writer.WriteLine(crash.ExceptionObject);
        _ = WatchParentAsync();
    }

    /// <summary>What a command takes from this process.</summary>
    public CliEnvironment Environment { get; }

    /// <summary>This process as one, if it is.</summary>
    public static DetachedProcess? Enter(CliEnvironment environment) =>
        environment.Variables.ContainsKey(Variable) ? new DetachedProcess(environment) : null;

    /// <summary>The run is on its way: tells its id, and says everything else in its directory.</summary>
    public void Running(RunDirectory directory) =>
        _console.Divert(Encoding.UTF8.GetBytes($"{EndOfMessages}{directory.Run}\n"), directory.ConsoleFile);

    public IDisposable Subscribe(Action<StopSignal> handler)
    {
        bool abandoned;
        lock (_lock)
        {
            _handlers.Add(handler);
            abandoned = _abandoned;
        }
        if (abandoned)
        {
            handler(StopSignal.Terminate);
        }
        return new Subscription(this, handler, _signals.Subscribe(handler));
    }

    public void Dispose() => _console.Dispose();

    private static void LeaveTerminal()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Fails only for the leader of a process group, which a child of ours is not.
            _ = NewSession();
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();

    // One byte says that the command that started it knows of the run. Nothing says that it is gone, and nobody knows.
    private async Task WatchParentAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var input = System.Console.OpenStandardInput();
        if (await input.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false) == 1)
        {
            return;
        }
        Action<StopSignal>[] handlers;
        lock (_lock)
        {
            _abandoned = true;
            handlers = [.. _handlers];
        }
        foreach (var handler in handlers)
        {
            // Twice: nobody waits for sessions to drain.
            handler(StopSignal.Terminate);
            handler(StopSignal.Terminate);
        }
    }

    private void Remove(Action<StopSignal> handler)
    {
        lock (_lock)
        {
            _handlers.Remove(handler);
        }
    }

    private sealed class Subscription(DetachedProcess owner, Action<StopSignal> handler, IDisposable inner) : IDisposable
    {
        public void Dispose()
        {
            inner.Dispose();
            owner.Remove(handler);
        }
    }
}
