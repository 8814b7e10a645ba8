using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ApeTest.Gateway.Mcp.Stdio;

/// <summary>
/// Reads by the SDK's transport, and writes by itself: the SDK's drops every answer once the input has ended, and what was asked just
/// before that (<c>echo ... | ape-test gateway --stdio</c>) is under way then. The SDK's server waits for it. Thread-safe.
/// </summary>
/// <param name="input">The messages.</param>
/// <param name="output">Takes whole lines, in any order of callers; the SDK's transport answers into it what is no message.</param>
internal sealed class StdioTransport(Stream input, LineWriter output, ILoggerFactory loggers) : ITransport
{
    private static readonly JsonTypeInfo<JsonRpcMessage> MessageType = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    private readonly StreamServerTransport _inner = new(input, output, loggerFactory: loggers);

    public string? SessionId => null;

    public ChannelReader<JsonRpcMessage> MessageReader => _inner.MessageReader;

    public Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default) =>
        output.WriteLineAsync(JsonSerializer.SerializeToUtf8Bytes(message, MessageType), cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
