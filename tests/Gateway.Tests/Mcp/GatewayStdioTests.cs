using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ApeTest.Gateway.Mcp;
using ApeTest.Gateway.Mcp.Http;
using ApeTest.Gateway.Mcp.Stdio;
using ApeTest.Tests.Shared;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>The MCP server over a pair of streams.</summary>
public sealed class GatewayStdioTests
{
    private const string Initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_OneProcess_IsOneSessionAndEndsWithItsInput()
    {
        await using var target = await NotesApi.StartAsync();
        await using var client = new Process(target);

        await client.AskAsync(Initialize);
        await client.AskAsync(Call(2, "login", """{"user":"ann","password":"x"}"""));
        await client.AskAsync(Call(3, "addNote", """{"text":"milk"}"""));
        var notes = await client.AskAsync(Call(4, "listNotes", "{}"));

        Assert.Equal("milk", notes.GetProperty("result").GetProperty("structuredContent").GetProperty("body").GetProperty("notes")[0].GetString());
        await client.EndAsync();
    }

    [Fact]
    public async Task Run_HostileLines_AreRefusedAndItGoesOn()
    {
        await using var target = await NotesApi.StartAsync();
        await using var client = new Process(target);
        await client.AskAsync(Initialize);

        await client.SendAsync("not JSON at all");
        await client.SendAsync("[]");
        var deep = await client.AskAsync("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":""" + new string('[', 10_000) + new string(']', 10_000) + "}");
        var large = await client.AskAsync("""{"jsonrpc":"2.0","id":8,"method":"ping","params":{"x":" """ + new string('x', MessageReader.MostBytes) + "\"}}");
        var after = await client.AskAsync(Call(9, "getNote", """{"id":"1"}"""));

        Assert.Equal(-32700, deep.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal((8, -32700), (large.GetProperty("id").GetInt32(), large.GetProperty("error").GetProperty("code").GetInt32()));
        Assert.Equal(9, after.GetProperty("id").GetInt32());
        await client.EndAsync();
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("")]
    public async Task Run_InputClosedAtOnce_AnswersAllTheSame(string end)
    {
        // What `printf ... | ape-test gateway --stdio` does.
        await using var target = await NotesApi.StartAsync();
        var input = new MemoryStream(Encoding.UTF8.GetBytes($"{Initialize}\n{Call(2, "login", """{"user":"ann","password":"x"}""")}\n{Call(3, "listNotes", "{}")}{end}"));
        using var output = new MemoryStream();
        var options = new GatewayOptions { File = McpGateway.File(McpGateway.Target("notes", target)) };

        await GatewayStdio.RunAsync(options, input, output, TimeProvider.System, Cancellation).Within(Cancellation);

        var answers = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([1, 2, 3], answers.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetInt32()).Order());
        Assert.All(answers, static line => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty("result", out _), line));
    }

    [Fact]
    public async Task Run_InputClosedWithASubscription_Ends()
    {
        await using var target = await NotesApi.StartAsync();
        const string meta = """ "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"x","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}} """;
        var input = new MemoryStream(Encoding.UTF8.GetBytes($"{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscriptions/listen\",\"params\":{{\"notifications\":{{\"toolsListChanged\":true}},{meta}}}}}\n"));
        using var output = new MemoryStream();
        var options = new GatewayOptions { File = McpGateway.File(McpGateway.Target("notes", target)) };

        await GatewayStdio.RunAsync(options, input, output, TimeProvider.System, Cancellation).Within(Cancellation);

        Assert.Contains("notifications/subscriptions/acknowledged", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EmptyInput_Ends()
    {
        await using var target = await NotesApi.StartAsync();
        using var output = new MemoryStream();

        await GatewayStdio.RunAsync(new GatewayOptions { File = McpGateway.File(McpGateway.Target("notes", target)) }, Stream.Null, output, TimeProvider.System, Cancellation).Within(Cancellation);

        Assert.Empty(output.ToArray());
    }

    [Fact]
    public async Task Run_Cancelled_Ends()
    {
        await using var target = await NotesApi.StartAsync();
        await using var client = new Process(target);
        await client.AskAsync(Initialize);

        await client.CancelAsync();
    }

    [Theory]
    [InlineData("abc\ndef\n", "abc\ndef\n")]
    [InlineData("abcdefgh\nij\n", "abcde\nij\n")]
    [InlineData("abcde\n\n12345678", "abcde\n\n12345")]
    [InlineData("", "")]
    public async Task LineLimit_AnyPieces_KeepsTheFirstBytesOfEachLine(string input, string kept)
    {
        for (var piece = 1; piece <= 9; piece++)
        {
            using var stream = new LineLimitStream(new MemoryStream(Encoding.UTF8.GetBytes(input)), 5);
            var (all, buffer) = (new MemoryStream(), new byte[piece]);
            while (await stream.ReadAsync(buffer, Cancellation) is > 0 and var read)
            {
                all.Write(buffer, 0, read);
            }
            Assert.Equal(kept, Encoding.UTF8.GetString(all.ToArray()));
        }
    }

    private static string Call(int id, string tool, string arguments) =>
        $"{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":\"{tool}\",\"arguments\":{arguments}}}}}";

    /// <summary>The server, and the other ends of its streams.</summary>
    private sealed class Process : IAsyncDisposable
    {
        private readonly Pipe _input = new();
        private readonly Pipe _output = new();
        private readonly CancellationTokenSource _cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        private readonly StreamReader _answers;
        private readonly Task _run;

        public Process(NotesApi target)
        {
            _answers = new StreamReader(_output.Reader.AsStream());
            var options = new GatewayOptions { File = McpGateway.File(McpGateway.Target("notes", target)) };
            _run = GatewayStdio.RunAsync(options, _input.Reader.AsStream(), _output.Writer.AsStream(), TimeProvider.System, _cancelled.Token);
        }

        public async Task SendAsync(string line) => await _input.Writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), Cancellation);

        public async Task<JsonElement> AskAsync(string line)
        {
            await SendAsync(line);
            var answer = await _answers.ReadLineAsync(Cancellation).AsTask().Within(Cancellation);
            return JsonDocument.Parse(answer!).RootElement;
        }

        public async Task EndAsync()
        {
            await _input.Writer.CompleteAsync();
            await _run.Within(Cancellation);
            Assert.Null(await _answers.ReadLineAsync(Cancellation).AsTask().Within(Cancellation));
        }

        public async Task CancelAsync()
        {
            await _cancelled.CancelAsync();
            await _run.Within(Cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            await _cancelled.CancelAsync();
            await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _cancelled.Dispose();
            _answers.Dispose();
        }
    }
}
