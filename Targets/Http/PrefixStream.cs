namespace ApeTest.Targets.Http;

/// <summary>
/// What a body is written to before anybody sends it: keeps the first bytes; once there are more, its writer waits until a reader has come
/// (<see cref="ContinueTo"/>) and then writes straight to that. Of one writer.
/// </summary>
/// <param name="limit">Most bytes kept.</param>
internal sealed class PrefixStream(int limit) : AsyncStream
{
    private readonly MemoryStream _prefix = new();
    private readonly TaskCompletionSource _overflown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Stream> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first write beyond the limit: that one and all further ones wait for the reader.</summary>
    public Task Overflown => _overflown.Task;

    /// <summary>What was kept.</summary>
    public ReadOnlyMemory<byte> Prefix => _prefix.GetBuffer().AsMemory(0, (int)_prefix.Length);

    /// <summary>Why the reader took no more; null while it does.</summary>
    public Exception? ReaderFailure { get; private set; }

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <summary>The reader: it has the kept bytes already and takes all that follow.</summary>
    public void ContinueTo(Stream next) => _next.TrySetResult(next);

    /// <summary>Nobody will read: a writer that waits fails.</summary>
    public void Abandon() => _next.TrySetException(new IOException("the request was not sent"));

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_overflown.Task.IsCompleted && _prefix.Length + buffer.Length <= limit)
        {
            _prefix.Write(buffer.Span);
            return;
        }
        _overflown.TrySetResult();
        var next = await _next.Task.WaitAsync(cancellationToken);
        try
        {
            await next.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception exception)
        {
            // The writer may take its output's failure for its own affair and end without a word; the reader's side must not.
            ReaderFailure = exception;
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _overflown.Task.IsCompleted && _next.Task.IsCompletedSuccessfully ? _next.Task.Result.FlushAsync(cancellationToken) : Task.CompletedTask;
}
