using System.Globalization;
using System.IO.Compression;
using System.Text;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Faults;

/// <summary>The table of faults (docs/proxy.md, "Errors"). Retries are 2, their pauses 1 ms, time limits 1.5 s.</summary>
internal static class Faults
{
    private const string Completion = """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}""";
    private static readonly string Bye = Events.Finish + Events.Usage + Events.Done;

    public static readonly Dictionary<string, Fault> All = new(StringComparer.Ordinal)
    {
        // Statuses. Retried: 408, 429, 500, 502, 503, 504.
        ["429 without Retry-After, for ever"] = new(x => x.AnswerAsync(429, """{"error":{"message":"slow down","type":"tokens","code":"rate_limit_exceeded"}}"""), 429, "http_429") { Requests = 3, Holds = "rate_limit_exceeded" },
        ["429 without Retry-After, once"] = new(x => x.Number == 1 ? x.AnswerAsync(429, "{}") : x.StreamAsync(Events.Hello), 200, "none") { Requests = 2 },
        ["429 with Retry-After 0, once"] = new(x => x.Number == 1 ? x.AnswerAsync(429, "{}", headers: "Retry-After: 0\r\n") : x.StreamAsync(Events.Hello), 200, "none") { Requests = 2 },
        ["429 with Retry-After of an hour"] = new(x => x.AnswerAsync(429, "{}", headers: "Retry-After: 3600\r\n"), 429, "http_429"),
        ["429 with Retry-After as a date in the past"] = new(x => x.Number == 1 ? x.AnswerAsync(429, "{}", headers: "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n") : x.StreamAsync(Events.Hello), 200, "none") { Requests = 2 },
        ["429 with a Retry-After that is no time"] = new(x => x.Number == 1 ? x.AnswerAsync(429, "{}", headers: "Retry-After: soon\r\n") : x.StreamAsync(Events.Hello), 200, "none") { Requests = 2 },
        ["503 storm"] = new(x => x.AnswerAsync(503, "busy", "text/plain"), 503, "http_503") { Requests = 3, Holds = "busy" },
        ["503 twice, then an answer"] = new(x => x.Number < 3 ? x.AnswerAsync(503, "") : x.StreamAsync(Events.Hello), 200, "none") { Requests = 3 },
        ["500 with HTML"] = new(x => x.AnswerAsync(500, "<h1>oops</h1>", "text/html"), 500, "http_500") { Requests = 3, Holds = "oops" },
        ["502 with no body"] = new(x => x.AnswerAsync(502, ""), 502, "http_502") { Requests = 3, Holds = "without a body" },
        ["401 is not retried"] = new(x => x.AnswerAsync(401, """{"error":{"message":"bad key","type":"invalid_request_error","code":"invalid_api_key"}}"""), 401, "http_401") { Holds = "invalid_api_key" },
        ["400 is not retried"] = new(x => x.AnswerAsync(400, """{"message":"no such field","type":"invalid_request_error","param":"x","code":"bad"}"""), 400, "http_400") { Holds = "no such field" },
        ["error of 100 MB"] = new(x => x.WriteAsync($"HTTP/1.1 400 X\r\nContent-Length: 100000000\r\n\r\n{new string('a', 200_000)}"), 502, "too_large"),
        ["redirect is not followed"] = new(x => x.AnswerAsync(302, "", headers: "Location: http://127.0.0.1:1/\r\n"), 502, "protocol"),

        // Connections and heads.
        ["reset before headers"] = new(x => { x.Reset(); return Task.CompletedTask; }, 502, "reset") { Requests = 3 },
        ["closed before headers"] = new(_ => Task.CompletedTask, 502, "reset") { Requests = 3 },
        ["closed before headers, once"] = new(x => x.Number == 1 ? Task.CompletedTask : x.StreamAsync(Events.Hello), 200, "none") { Requests = 2 },
        ["hang before headers"] = new(x => x.HangAsync(), 504, "timeout_headers"),
        ["not HTTP"] = new(x => x.WriteAsync("hello there\r\n\r\n"), 502, "protocol"),
        ["half a head"] = new(x => x.WriteAsync("HTTP/1.1 200 OK\r\nContent-Ty"), 502, "reset") { Requests = 3 },
        ["head of 200 KB"] = new(x => x.WriteAsync("HTTP/1.1 200 OK\r\nX-A: " + new string('a', 200_000) + "\r\n\r\n"), 502, "protocol"),

        // Streams that break.
        ["hang before the first token"] = new(async x => { await x.StreamAsync(Events.Role); await x.HangAsync(); }, 200, "timeout_first_token"),
        ["hang before anything"] = new(async x => { await x.StreamAsync(); await x.HangAsync(); }, 504, "timeout_first_token"),
        ["keep-alive comments and no token"] = new(async x => { await x.StreamAsync(": ping\n\n", ": ping\n\n"); await x.HangAsync(); }, 504, "timeout_first_token"),
        ["hang mid-stream"] = new(async x => { await x.StreamAsync(Events.Role, Events.Content("Hel")); await x.HangAsync(); }, 200, "timeout_inter_token") { Holds = "Hel" },
        ["closed mid-stream"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hel")), 200, "stream_truncated") { Holds = "Hel" },
        ["closed in the middle of an event"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hel"), Events.Content("lo")[..40]), 200, "invalid_json") { Holds = "Hel" },
        ["chunked body that is cut"] = new(async x =>
        {
            await x.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            await x.WriteAsync(Chunked(Events.Content("Hel")));
            await x.WriteAsync("fff\r\ndata");
        }, 200, "stream_truncated"),
        ["chunk length that is no number"] = new(x => x.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n"), 502, "stream_truncated"),
        ["only [DONE]"] = new(x => x.StreamAsync(Events.Done), 502, "stream_truncated"),
        ["nothing at all"] = new(x => x.StreamAsync(), 502, "stream_truncated"),
        ["no [DONE]"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hello"), Events.Finish, Events.Usage), 200, "none") { Holds = "data: [DONE]" },
        ["no [DONE], no usage"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hello"), Events.Finish), 200, "none") { Holds = "\"estimated\":true" },
        ["finish, usage and content in one chunk"] = new(x => x.StreamAsync("""data: {"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":3},"time_info":{"total_time":0.1}}""" + "\n\n"), 200, "none") { Holds = "\"completion_tokens\":3" },
        ["connection stays open after the end"] = new(async x => { await x.StreamAsync(Events.Hello); await x.HangAsync(); }, 200, "none"),

        // Streams that lie.
        ["truncated JSON in an event"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hel"), "data: {\"choices\":[{\"ind\n\n"), 200, "invalid_json"),
        ["an event that is an array"] = new(x => x.StreamAsync("data: [1,2]\n\n"), 502, "invalid_json"),
        ["lines that are no fields"] = new(x => x.StreamAsync("what is this\n\n", Events.Role, Events.Content("Hello"), Bye), 200, "none") { Holds = "Hello" },
        ["huge line"] = new(x => x.StreamAsync(Events.Content("x"), "data: " + new string('a', 100_000)), 200, "too_large"),
        ["huge first line"] = new(x => x.StreamAsync("data: " + new string('a', 100_000)), 502, "too_large"),
        ["wrong content type"] = new(x => x.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n{string.Concat(Events.Hello)}"), 200, "none") { Holds = "Hel" },
        ["no content type"] = new(x => x.WriteAsync($"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{string.Concat(Events.Hello)}"), 200, "none") { Holds = "Hel" },
        ["HTML under 200"] = new(x => x.AnswerAsync(200, "<html>login</html>", "text/html"), 502, "protocol") { Holds = "base URL" },
        ["error event first"] = new(x => x.StreamAsync("data: {\"error\":{\"message\":\"overloaded\",\"type\":\"t\",\"code\":\"c\"},\"status_code\":503}\n\n"), 503, "upstream_error") { Holds = "overloaded" },
        ["error event mid-stream"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hel"), "data: {\"error\":{\"message\":\"gone\"}}\n\n"), 200, "upstream_error") { Holds = "gone" },
        ["flat error event"] = new(x => x.StreamAsync("data: {\"message\":\"quota\",\"type\":\"too_many_requests_error\",\"code\":\"q\"}\n\n"), 502, "upstream_error") { Holds = "quota" },
        ["error object under 200"] = new(x => x.AnswerAsync(200, """{"error":{"message":"no slot","code":503}}"""), 503, "upstream_error") { Holds = "no slot" },
        ["error text under 200"] = new(x => x.AnswerAsync(200, """{"error":"model crashed"}"""), 502, "upstream_error") { Holds = "model crashed" },
        ["one byte at a time"] = new(async x =>
        {
            await x.WriteAsync(RawExchange.StreamHead);
            foreach (var one in Encoding.UTF8.GetBytes(Events.Role + Events.Content("Grüße 🐒") + Bye))
            {
                await x.WriteAsync([one]);
            }
        }, 200, "none") { Holds = "Gr" },
        ["CRLF and several data lines"] = new(x => x.StreamAsync(": c\r\n\r\n", string.Concat(Events.Hello).Replace("\n", "\r\n", StringComparison.Ordinal)), 200, "none") { Holds = "Hel" },
        ["gzip, though none was asked for"] = new(x => x.WriteAsync(Gzipped(string.Concat(Events.Hello), "text/event-stream")), 200, "none") { Holds = "Hel" },
        ["gzip that is none"] = new(x => x.AnswerAsync(200, string.Concat(Events.Hello), "text/event-stream", "Content-Encoding: gzip\r\n"), 502, "stream_truncated"),

        ["half a character in an error"] = new(x => x.AnswerAsync(400, """{"error":{"message":"bad \ud83d"}}"""), 400, "http_400") { Holds = "bad" },
        ["half a character in an error event"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hel"), """data: {"error":{"message":"bad \ud83d"}}""" + "\n\n"), 200, "upstream_error") { Holds = "bad" },
        ["half a character in a finish reason"] = new(x => x.StreamAsync(Events.Content("Hel"), Events.Chunk("{}", "\\ud83d")), 200, "invalid_json") { Holds = "Hel" },
        ["[DONE] and no finish reason"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hel"), Events.Done), 200, "stream_truncated") { Holds = "Hel" },
        ["[DONE] with a blank behind it"] = new(x => x.StreamAsync(Events.Role, Events.Content("Hel"), Events.Finish, "data: [DONE] \n\n"), 200, "none") { Holds = "Hel" },
        ["a byte order mark"] = new(x => x.StreamAsync("\uFEFF" + Events.Content("Hel"), Bye), 200, "none") { Holds = "Hel" },
        ["content in parts"] = new(x => x.StreamAsync(Events.Chunk("""{"content":[{"type":"text","text":"Hel"}]}"""), Bye), 200, "none") { Holds = "\"ttft_s\":0." },
        ["comment, then an error event"] = new(x => x.StreamAsync(": wait\n\n", """data: {"error":{"message":"full"},"status_code":503}""" + "\n\n"), 503, "upstream_error") { Holds = "full" },
        ["chunk without choices, then an error event"] = new(x => x.StreamAsync("""data: {"choices":[],"prompt_filter_results":[]}""" + "\n\n", """data: {"error":{"message":"full"},"status_code":503}""" + "\n\n"), 503, "upstream_error") { Holds = "full" },
        ["comment and a chunk without choices, then an answer"] = new(x => x.StreamAsync(": wait\n\n", """data: {"choices":[],"prompt_filter_results":[]}""" + "\n\n", Events.Content("Hel"), Bye), 200, "none") { Holds = ": wait\n\ndata: {\"choices\":[],\"prompt_filter_results\":[]}" },
        ["stream asked for, JSON that is cut"] = new(x => x.AnswerAsync(200, Completion[..60]), 502, "invalid_json"),
        ["good events and a huge one in one read"] = new(x => x.StreamAsync(Events.Content("Hel") + "data: " + new string('a', 100_000)), 200, "too_large") { Holds = "Hel" },

        // Whole answers.
        ["whole: error beside choices"] = new(x => x.AnswerAsync(200, Completion.Replace("\"usage\"", "\"error\":{\"message\":\"filtered\"},\"usage\"", StringComparison.Ordinal)), 502, "upstream_error") { Stream = false, Holds = "filtered" },
        ["whole: half a character in an error"] = new(x => x.AnswerAsync(400, """{"error":{"message":"bad \ud83d"}}"""), 400, "http_400") { Stream = false, Holds = "bad" },
        ["whole: truncated JSON"] = new(x => x.AnswerAsync(200, Completion[..60]), 502, "invalid_json") { Stream = false },
        ["whole: cut body"] = new(x => x.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{Completion}"), 502, "stream_truncated") { Stream = false },
        ["whole: no choices"] = new(x => x.AnswerAsync(200, """{"hello":1}"""), 502, "protocol") { Stream = false },
        ["whole: HTML"] = new(x => x.AnswerAsync(200, "<html>", "text/html"), 502, "invalid_json") { Stream = false },
        ["whole: usage missing"] = new(x => x.AnswerAsync(200, Completion.Replace(""","usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}""", "", StringComparison.Ordinal)), 200, "none") { Stream = false },
        ["whole: hang in the body"] = new(async x => { await x.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"); await x.HangAsync(); }, 504, "timeout_headers") { Stream = false },
        ["whole: gzip"] = new(x => x.WriteAsync(Gzipped(Completion, "application/json")), 200, "none") { Stream = false, Holds = "Hello" },
        ["whole: 503 storm"] = new(x => x.AnswerAsync(503, """{"error":"server busy"}"""), 503, "http_503") { Stream = false, Requests = 3, Holds = "server busy" },
        ["whole: answered with a stream"] = new(x => x.StreamAsync(Events.Hello), 502, "invalid_json") { Stream = false },
    };

    private static byte[] Chunked(string text) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n"));

    private static byte[] Gzipped(string text, string type)
    {
        var body = new MemoryStream();
        using (var gzip = new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Encoding: gzip\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body.ToArray()];
    }
}
