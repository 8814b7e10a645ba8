namespace ApeTest.Targets.Http;

/// <summary>Sends one request to the target under the target policy: in process over <c>SocketsHttpHandler</c>, or through a gateway.</summary>
public interface ITargetTransport
{
    /// <summary>
    /// Sends the request and reads the whole response body (at most <see cref="TargetRequest.MaxBodyBytes"/>). A failing target never
    /// throws: the exchange carries <see cref="TargetExchange.ErrorType"/>. Throws <see cref="OperationCanceledException"/> only for <paramref name="cancellationToken"/>.
    /// </summary>
    ValueTask<TargetExchange> SendAsync(TargetRequest request, CancellationToken cancellationToken);
}
