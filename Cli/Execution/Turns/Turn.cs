namespace ApeTest.Cli.Execution.Turns;

/// <summary>A place in a <see cref="TurnQueue"/>, held until disposed or until the process ends, however it ends.</summary>
internal sealed class Turn : IDisposable
{
    private readonly TurnQueue _queue;
    private readonly FileStream _lock;

    internal Turn(TurnQueue queue, string name, FileStream held) => (_queue, Name, _lock) = (queue, name, held);

    /// <summary>Name of the ticket; in the order of names the queue goes on.</summary>
    internal string Name { get; }

    /// <summary>Those that come first, in their order; empty when it is this one's turn.</summary>
    public Task<IReadOnlyList<TurnTicket>> BeforeAsync(CancellationToken cancellationToken) => _queue.BeforeAsync(Name, cancellationToken);

    public void Dispose()
    {
        _queue.Remove(Name);
        _lock.Dispose();
        _queue.Leave();
    }
}
