using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>A client that sends what a test says, right or wrong.</summary>
internal sealed class RawClient(Uri gateway) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, Expect100ContinueTimeout = ApeTest.Tests.Shared.TestTimeouts.Default }) { Timeout = ApeTest.Tests.Shared.TestTimeouts.Default };
    private int _id;

    /// <summary>The session, once <see cref="InitializeAsync"/> has begun one.</summary>
    public string? Session { get; set; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    /// <summary>Begins a session.</summary>
    public async Task<JsonElement> InitializeAsync(string version = "2025-11-25")
    {
        using var answer = await PostAsync(Request("initialize", $$$"""{"protocolVersion":"{{{version}}}","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}"""));
        var message = await MessageAsync(answer);
        Session = answer.Headers.GetValues("Mcp-Session-Id").Single();
        using var done = await PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        Assert.Equal(HttpStatusCode.Accepted, done.StatusCode);
        return message.GetProperty("result");
    }

    /// <summary>A request's text, with the next id.</summary>
    public string Request(string method, string? parameters = null) => $$$"""{"jsonrpc":"2.0","id":{{{++_id}}},"method":"{{{method}}}"{{{(parameters is null ? "" : $",\"params\":{parameters}")}}}}""";

    public Task<HttpResponseMessage> PostAsync(string body, params (string Name, string? Value)[] headers) => PostAsync(Encoding.UTF8.GetBytes(body), headers);

    public Task<HttpResponseMessage> PostAsync(byte[] body, params (string Name, string? Value)[] headers) => SendAsync(HttpMethod.Post, new ByteArrayContent(body), headers);

    /// <summary>Sends with the headers that a right request has, other than <paramref name="headers"/>; a null value leaves one away.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, HttpContent? content, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(gateway, "/mcp")) { Content = content };
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Accept"] = "application/json, text/event-stream", ["Content-Type"] = "application/json", ["Mcp-Session-Id"] = Session };
        foreach (var (name, value) in headers)
        {
            all[name] = value;
        }
        foreach (var (name, value) in all)
        {
            if (value is not null && name != "Content-Type")
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        if (content is not null && all["Content-Type"] is { } type)
        {
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>Calls a tool and returns its result.</summary>
    public async Task<JsonElement> CallAsync(string tool, string arguments = "{}", string more = "")
    {
        using var answer = await PostAsync(Request("tools/call", $$$"""{"name":"{{{tool}}}","arguments":{{{arguments}}}{{{more}}}}"""));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await MessageAsync(answer)).GetProperty("result");
    }

    /// <summary>The names of all tools.</summary>
    public async Task<string[]> ToolsAsync()
    {
        using var answer = await PostAsync(Request("tools/list"));
        return [.. (await MessageAsync(answer)).GetProperty("result").GetProperty("tools").EnumerateArray().Select(static tool => tool.GetProperty("name").GetString()!)];
    }

    /// <summary>The one JSON-RPC message of an answer, whichever way it came.</summary>
    public static async Task<JsonElement> MessageAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            text = text.Split('\n').Single(static line => line.StartsWith("data: ", StringComparison.Ordinal))[6..];
        }
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A call's structured content.</summary>
    public static JsonElement Content(JsonElement result)
    {
        var structured = result.GetProperty("structuredContent");
        // For clients that read text only, it is the same.
        using var text = JsonDocument.Parse(result.GetProperty("content")[0].GetProperty("text").GetString()!, new JsonDocumentOptions { MaxDepth = 256 });
        Assert.True(JsonElement.DeepEquals(structured, text.RootElement));
        return structured;
    }
}
