using System.Text;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Tests.GraphQl;

/// <summary>Asks a target as the command line's probe does.</summary>
internal static class GraphQlProbe
{
    /// <summary>Posts to a real target as the command line's probe does.</summary>
    public static PostJson Post(Uri target) => async (url, json, cancellationToken) =>
    {
        using var transport = Some.Transport(target);
        var exchange = await transport.SendAsync(
            Some.Get(url) with { Method = HttpMethod.Post, Body = json, ContentType = "application/json" }, cancellationToken);
        return exchange.ErrorType is null
            ? new DocumentAnswer(exchange.Status, exchange.Header("Content-Type")?.Split(';')[0], Encoding.UTF8.GetString(exchange.Body.Span))
            : throw new DocumentUnreadableException(exchange.ErrorMessage!);
    };
}
