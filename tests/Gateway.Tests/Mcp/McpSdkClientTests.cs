using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>The C# SDK's own client, in every version that it speaks.</summary>
public sealed class McpSdkClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task Client_AnyVersion_ListsCallsAndCarriesState(string version)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions { Endpoint = new Uri(gateway.Url, "/mcp"), TransportMode = HttpTransportMode.StreamableHttp }),
            new McpClientOptions { ProtocolVersion = version },
            cancellationToken: Cancellation);
        Assert.Equal(version, client.NegotiatedProtocolVersion);
        var session = new Dictionary<string, object?>();
        if (version == "2026-07-28")
        {
            session["session"] = (await CallAsync(client, "session_start", [])).GetProperty("session").GetString();
        }

        var tools = await client.ListToolsAsync(cancellationToken: Cancellation);
        await CallAsync(client, "login", new(session) { ["user"] = "ann", ["password"] = "x" });
        await CallAsync(client, "addNote", new(session) { ["text"] = "milk" });
        var notes = await CallAsync(client, "listNotes", session);

        Assert.Contains(tools, static tool => tool.Name == "listNotes" && tool.Title == "All notes");
        Assert.Equal("milk", notes.GetProperty("body").GetProperty("notes")[0].GetString());
        var unknown = await Assert.ThrowsAsync<McpProtocolException>(async () => await client.CallToolAsync("nothing", cancellationToken: Cancellation));
        Assert.Equal(McpErrorCode.InvalidParams, unknown.ErrorCode);
    }

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments)
    {
        CallToolResult result = await client.CallToolAsync(tool, arguments, cancellationToken: Cancellation);
        Assert.False(result.IsError);
        return result.StructuredContent!.Value;
    }
}
