using System.Text.Json.Nodes;
using System.Threading.Channels;
using ApeTest.Gateway.Mcp.Catalog;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ApeTest.Gateway.Mcp;

/// <summary>
/// <c>subscriptions/listen</c> of protocol version 2026-07-28: its answer is a stream that tells of changed tools until the client closes it
/// (https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions).
/// </summary>
internal sealed class ToolSubscriptions(McpTools tools, IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Completes all listening, now and later: the client's input has ended, and nobody is left to tell.</summary>
    public void End() => _ended.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();

    /// <summary>Handles one subscription. Nothing but changes of tools is granted.</summary>
    public async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellationToken)
    {
        var isWanted = request.Params?.Notifications?.ToolsListChanged == true;
        // Several changes that were not told yet are one.
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void OnChanged() => changes.Writer.TryWrite(true);
        tools.Changed += OnChanged;
        // A stream must not hold up the end of the service.
        using var stopping = lifetime.ApplicationStopping.Register(() => changes.Writer.TryComplete());
        using var ending = _ended.Token.Register(() => changes.Writer.TryComplete());
        try
        {
            var granted = isWanted ? new JsonObject { ["toolsListChanged"] = true } : [];
            await NotifyAsync(request, NotificationMethods.SubscriptionsAcknowledgedNotification, new JsonObject { ["notifications"] = granted }, cancellationToken);
            while (isWanted && await changes.Reader.WaitToReadAsync(cancellationToken))
            {
                _ = changes.Reader.TryRead(out _);
                await NotifyAsync(request, NotificationMethods.ToolListChangedNotification, [], cancellationToken);
            }
            return new EmptyResult { Meta = Meta(request) };
        }
        finally
        {
            tools.Changed -= OnChanged;
        }
    }

    private static JsonObject Meta(RequestContext<SubscriptionsListenRequestParams> request)
    {
        var id = request.JsonRpcRequest.Id;
        return new JsonObject { [MetaKeys.SubscriptionId] = id.Id is long number ? JsonValue.Create(number) : JsonValue.Create(id.ToString()) };
    }

    private static Task NotifyAsync(RequestContext<SubscriptionsListenRequestParams> request, string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        parameters["_meta"] = Meta(request);
        // The request's own server writes to the stream that answers this very request.
        return request.Server.SendMessageAsync(new JsonRpcNotification { Method = method, Params = parameters }, cancellationToken);
    }
}
