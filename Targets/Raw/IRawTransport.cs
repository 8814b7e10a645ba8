namespace ApeTest.Targets.Raw;

/// <summary>
/// One agent's way to the target for requests that are bytes: its connection or its share of a pool. Not thread-safe: one request at a time. Disposing it
/// closes what is its own.
/// </summary>
public interface IRawTransport : IDisposable
{
    /// <summary>
    /// Passes the policy, sends the request and reads the whole answer into <paramref name="exchange"/>. A failing target never throws: the exchange
    /// carries <see cref="RawExchange.ErrorType"/>. Throws <see cref="OperationCanceledException"/> only for <paramref name="cancellationToken"/>.
    /// </summary>
    ValueTask SendAsync(RawRequest request, RawExchange exchange, CancellationToken cancellationToken);

    /// <summary>A session has ended: where connections are a session's own, the next one gets another.</summary>
    void EndSession();
}
