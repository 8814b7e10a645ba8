namespace ApeTest.Cli.Signals;

/// <summary>A request to stop that came from outside.</summary>
internal enum StopSignal
{
    /// <summary>SIGINT or Ctrl+C.</summary>
    Interrupt,

    /// <summary>SIGTERM, SIGHUP (the terminal was closed) or SIGQUIT.</summary>
    Terminate,
}

/// <summary>Source of stop signals: the process, or a test.</summary>
internal interface ISignalSource
{
    /// <summary>Calls <paramref name="handler"/> at each signal until disposed. While anyone listens, a signal does not end the process.</summary>
    IDisposable Subscribe(Action<StopSignal> handler);
}
