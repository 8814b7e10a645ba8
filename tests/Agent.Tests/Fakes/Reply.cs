using System.Text;
using System.Text.Json;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>One scripted answer of <see cref="FakeChatServer"/>, down to its bytes.</summary>
internal sealed record Reply
{
    /// <summary>How many characters of arguments go into one delta.</summary>
    private const int Fragment = 5;

    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "text/event-stream";

    public string? MeasureHeader { get; init; }

    /// <summary>Waits before the first byte.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Written and flushed one by one.</summary>
    public required IReadOnlyList<byte[]> Chunks { get; init; }

    /// <summary>Ends before its body is complete.</summary>
    public bool Break { get; init; }

    /// <summary>Never ends, until the client gives up.</summary>
    public bool Hang { get; init; }

    /// <summary>Calls in one answer; arguments as JSON text.</summary>
    public static Reply Calls(params (string Tool, string Arguments)[] calls) => Stream(Lines(null, "tool_calls", calls));

    public static Reply Call(string tool, string arguments) => Calls((tool, arguments));

    public static Reply Finish(string outcome = "success", string reason = "done") => Call("finish", JsonSerializer.Serialize(new { outcome, reason }));

    public static Reply Text(string text) => Stream(Lines(text, "stop"));

    public static Reply Error(int status, string body) => new() { Status = status, ContentType = "application/json", Chunks = [Encoding.UTF8.GetBytes(body)] };

    public static Reply Stream(IEnumerable<string> lines) => new() { Chunks = [.. lines.Select(static line => Encoding.UTF8.GetBytes(line + "\n\n"))] };

    /// <summary>The lines of a complete answer, without figures.</summary>
    public static List<string> Lines(string? text, string? finish, params (string Tool, string Arguments)[] calls)
    {
        var lines = new List<string> { Delta(new { role = "assistant", content = "" }) };
        if (text is not null)
        {
            lines.Add(Delta(new { content = text }));
        }
        for (var i = 0; i < calls.Length; i++)
        {
            lines.Add(Delta(new { tool_calls = new[] { new { index = i, id = $"id-{Guid.NewGuid():n}", type = "function", function = new { name = calls[i].Tool, arguments = "" } } } }));
        }
        // Interleaved, as parallel calls may come.
        for (var at = 0; calls.Any(call => at < call.Arguments.Length); at += Fragment)
        {
            for (var i = 0; i < calls.Length; i++)
            {
                if (at < calls[i].Arguments.Length)
                {
                    var part = calls[i].Arguments[at..Math.Min(at + Fragment, calls[i].Arguments.Length)];
                    lines.Add(Delta(new { tool_calls = new[] { new { index = i, function = new { arguments = part } } } }));
                }
            }
        }
        if (finish is not null)
        {
            lines.Add(Data($$"""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"{{finish}}"}]}"""));
            lines.Add(Data("""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120}}"""));
            lines.Add("data: [DONE]");
        }
        return lines;
    }

    /// <summary>The same bytes, cut every <paramref name="size"/> bytes: also inside lines and UTF-8 sequences.</summary>
    public Reply Cut(int size)
    {
        var all = Chunks.SelectMany(static chunk => chunk).ToArray();
        return this with { Chunks = [.. all.Chunk(size)] };
    }

    private static string Delta(object delta)
        => Data(JsonSerializer.Serialize(new { id = "c", @object = "chat.completion.chunk", created = 1, model = "m", choices = new[] { new { index = 0, delta, finish_reason = (string?)null } } },
            new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    private static string Data(string json) => "data: " + json;
}
