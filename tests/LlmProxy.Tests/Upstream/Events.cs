using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Upstream;

/// <summary>Events of a streamed completion as OpenAI sends them.</summary>
internal static class Events
{
    public const string Done = "data: [DONE]\n\n";
    public static readonly string Role = Chunk("""{"role":"assistant","content":""}""");
    public static readonly string Finish = Chunk("{}", "stop");
    public static readonly string Usage = """data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}""" + "\n\n";

    /// <summary>A whole stream that says "Hello".</summary>
    public static string[] Hello => [Role, Content("Hel"), Content("lo"), Finish, Usage, Done];

    public static string Content(string text) => Chunk(new JsonObject { ["content"] = text }.ToJsonString());

    public static string Tool(string fields) => Chunk($$"""{"tool_calls":[{"index":0,{{fields}}}]}""");

    public static string Chunk(string delta, string? finish = null) =>
        $$"""data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{(finish is null ? "null" : $"\"{finish}\"")}}}],"usage":null}""" + "\n\n";
}
