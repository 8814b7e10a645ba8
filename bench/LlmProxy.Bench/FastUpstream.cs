using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace ApeTest.LlmProxy_Bench;

/// <summary>An OpenAI-compatible provider that costs next to nothing: ready-made bytes, one write a token (<see cref="StreamShape"/>).</summary>
internal static class FastUpstream
{
    private const string Head = """{"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","created":1741569952,"model":"bench","service_tier":"default","system_fingerprint":"fp_44709d6fcb",""";

    private static readonly byte[] Role = Chunk("""{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}""");
    private static readonly byte[] Token = Chunk("""{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}""");
    private static readonly byte[] Finish = Chunk("""{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}""");

    private static readonly byte[] Completion = """
        {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion","created":1741569952,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! How can I assist you today?","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0}},"service_tier":"default"}
        """u8.ToArray();

    private static readonly byte[] Models = """{"object":"list","data":[{"id":"bench","object":"model","created":1741569952,"owned_by":"bench"}]}"""u8.ToArray();

    public static async Task RunAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        app.Run(AnswerAsync);
        await app.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Method, context.Request.Path.Value)
        {
            case ("GET", "/v1/models"):
                await WriteAsync(context, Models);
                return;
            case ("POST", "/v1/chat/completions"):
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
        }

        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var root = request.RootElement;
        if (!root.TryGetProperty("stream", out var stream) || stream.ValueKind != JsonValueKind.True)
        {
            await WriteAsync(context, Completion);
            return;
        }

        var shape = StreamShape.Parse(root.TryGetProperty("model", out var model) ? model.GetString() ?? "" : "");
        var usage = root.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("include_usage", out var asked) && asked.ValueKind == JsonValueKind.True;
        try
        {
            await StreamAsync(context, shape, usage);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; nobody is there to be told.
        }
    }

    private static async Task StreamAsync(HttpContext context, StreamShape shape, bool usage)
    {
        var output = context.Response.BodyWriter;
        var cancelled = context.RequestAborted;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        output.Write(Role);
        if (shape.First > TimeSpan.Zero)
        {
            await output.FlushAsync(cancelled);
            await Task.Delay(shape.First, TimeProvider.System, cancelled);
        }

        using var pace = shape.Pace > TimeSpan.Zero ? new PeriodicTimer(shape.Pace, TimeProvider.System) : null;
        for (var sent = 0; sent < shape.Tokens;)
        {
            for (var i = 0; i < shape.Lump && sent < shape.Tokens; i++, sent++)
            {
                output.Write(Token);
            }

            if (pace is not null)
            {
                await output.FlushAsync(cancelled);
                await pace.WaitForNextTickAsync(cancelled);
            }
        }

        WriteEnd(output, shape, usage);
        await output.FlushAsync(cancelled);
    }

    private static void WriteEnd(PipeWriter output, StreamShape shape, bool usage)
    {
        output.Write(Finish);
        if (usage)
        {
            output.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"data: {Head}\"choices\":[],\"usage\":{{\"prompt_tokens\":19,\"completion_tokens\":{shape.Tokens},\"total_tokens\":{19 + shape.Tokens}}}}}\n\n")));
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    private static Task WriteAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private static byte[] Chunk(string choice) => Encoding.UTF8.GetBytes($"data: {Head}\"choices\":[{choice}],\"usage\":null}}\n\n");
}
