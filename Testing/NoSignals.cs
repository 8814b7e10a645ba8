using ApeTest.Cli.Signals;

namespace ApeTest.Testing;

/// <summary>The process belongs to the test framework: its signals are not ours.</summary>
internal sealed class NoSignals : ISignalSource, IDisposable
{
    public IDisposable Subscribe(Action<StopSignal> handler) => this;

    public void Dispose()
    {
        // Nothing was subscribed.
    }
}
