using ApeTest.Cli.Signals;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests;

/// <summary>Runs <c>ape-test</c> in this process, in a directory of its own.</summary>
internal sealed class CliHarness : IDisposable
{
    private readonly TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TempDirectory Directory { get; } = new();

    public FakeSignals Signals { get; } = new();

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public string Input { get; set; } = string.Empty;

    public bool Terminal { get; set; }

    /// <summary>Completes when a command that goes on has written what it has to say first.</summary>
    public Task Flushed => _flushed.Task;

    public async Task<CliResult> RunAsync(params string[] arguments)
    {
        using var output = new FlushedWriter(_flushed) { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var environment = new CliEnvironment
        {
            Out = output,
            Error = error,
            In = new StringReader(Input),
            InputIsTerminal = Terminal,
            OutputIsTerminal = Terminal,
            ErrorIsTerminal = Terminal,
            Variables = Variables,
            CurrentDirectory = Directory.Path,
            Time = Time,
            Signals = Signals,
        };
        var code = await new CliApp(environment).RunAsync(arguments).Within(TestContext.Current.CancellationToken);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Dispose();

    private sealed class FlushedWriter(TaskCompletionSource flushed) : StringWriter
    {
        public override Task FlushAsync()
        {
            flushed.TrySetResult();
            return Task.CompletedTask;
        }
    }
}

/// <summary>What a command did.</summary>
internal sealed record CliResult(int Code, string Out, string Error);

/// <summary>Signals that a test sends.</summary>
internal sealed class FakeSignals : ISignalSource
{
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<StopSignal>? _handlers;

    /// <summary>Completes when someone listens.</summary>
    public Task Subscribed => _subscribed.Task;

    public IDisposable Subscribe(Action<StopSignal> handler)
    {
        _handlers += handler;
        _subscribed.TrySetResult();
        return new Subscription(() => _handlers -= handler);
    }

    public void Send(StopSignal signal) => _handlers?.Invoke(signal);

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
