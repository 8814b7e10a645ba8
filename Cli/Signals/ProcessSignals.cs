using System.Runtime.InteropServices;

namespace ApeTest.Cli.Signals;

/// <summary>Signals of this process. Without a listener a signal ends the process as usual.</summary>
internal sealed partial class ProcessSignals : ISignalSource, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Action<StopSignal>> _handlers = [];
    private readonly PosixSignalRegistration[] _registrations;

    public ProcessSignals()
    {
        ListenToInterrupt();
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Deliver(context, StopSignal.Interrupt)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Deliver(context, StopSignal.Terminate)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Deliver(context, StopSignal.Terminate)),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context => Deliver(context, StopSignal.Terminate)),
        ];
    }

    public IDisposable Subscribe(Action<StopSignal> handler)
    {
        lock (_lock)
        {
            _handlers.Add(handler);
        }
        return new Subscription(this, handler);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    /// <summary>
    /// A shell without job control starts background commands with SIGINT and SIGQUIT ignored, and the runtime then installs no handler.
    /// Whoever sends one by <c>kill</c> means it all the same, so the default is put back first. SIGHUP stays as it is: <c>nohup</c> means it.
    /// </summary>
    private static void ListenToInterrupt()
    {
        const int interrupt = 2;
        const int quit = 3;
        if (!OperatingSystem.IsWindows())
        {
            _ = SetHandler(interrupt, default);
            _ = SetHandler(quit, default);
        }
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    private void Deliver(PosixSignalContext context, StopSignal signal)
    {
        Action<StopSignal>[] handlers;
        lock (_lock)
        {
            handlers = [.. _handlers];
        }
        context.Cancel = handlers.Length > 0;
        foreach (var handler in handlers)
        {
            handler(signal);
        }
    }

    private void Remove(Action<StopSignal> handler)
    {
        lock (_lock)
        {
            _handlers.Remove(handler);
        }
    }

    private sealed class Subscription(ProcessSignals owner, Action<StopSignal> handler) : IDisposable
    {
        public void Dispose() => owner.Remove(handler);
    }
}
