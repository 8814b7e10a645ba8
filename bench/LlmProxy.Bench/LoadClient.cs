using System.Collections.Concurrent;
using System.Text;

namespace ApeTest.LlmProxy_Bench;

/// <summary>Clients that each send one request after the other, and time them. An answer that is not whole is an error, and its times are not counted.</summary>
internal sealed class LoadClient(LoadOptions options, TimeProvider clock)
{
    /// <summary>How long after the last request was begun an answer may still take; then it hangs, and is an error.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<Exchange> _exchanges = new();
    private readonly Uri _url = new($"{options.Url.AbsoluteUri.TrimEnd('/')}/v1/chat/completions");

    private readonly byte[] _body = Encoding.UTF8.GetBytes(
        $$"""{"model":"{{options.Model}}","messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Say hello, then tell me in a sentence what you can do for me today."}],"temperature":0.7,"max_tokens":256{{(options.Stream ? ",\"stream\":true" : "")}}}""");

    /// <summary>How many requests have ended so far.</summary>
    public int Ended => _exchanges.Count;

    public async Task<LoadResult> RunAsync()
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
        var began = clock.GetTimestamp();
        using var patience = new CancellationTokenSource(options.Duration + Patience, clock);
        var clients = new Task[options.Concurrency];
        for (var i = 0; i < clients.Length; i++)
        {
            clients[i] = RunClientAsync(client, began, options.Stagger * i / clients.Length, patience.Token);
        }

        await Task.WhenAll(clients);
        return new LoadResult([.. _exchanges], clock.GetElapsedTime(began));
    }

    private async Task RunClientAsync(HttpMessageInvoker client, long began, TimeSpan wait, CancellationToken patience)
    {
        await Task.Yield();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock, patience);
        }

        var scanner = new AnswerScanner();
        var buffer = new byte[16 << 10];
        while (clock.GetElapsedTime(began) < options.Duration)
        {
            scanner.Reset();
            var exchange = new Exchange();
            var sent = clock.GetTimestamp();
            try
            {
                using var request = Request();
                using var answer = await client.SendAsync(request, patience);
                exchange.Error = answer.IsSuccessStatusCode ? "" : $"status {(int)answer.StatusCode}";
                await using var body = await answer.Content.ReadAsStreamAsync(patience);
                while (await body.ReadAsync(buffer, patience) is > 0 and var read)
                {
                    exchange.Bytes += read;
                    scanner.Read(buffer.AsSpan(0, read));
                    if (exchange.FirstToken is null && (scanner.Tokens > 0 || !options.Stream))
                    {
                        exchange.FirstToken = clock.GetElapsedTime(sent);
                    }
                }

                exchange.Total = clock.GetElapsedTime(sent);
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                exchange.Error = error.GetBaseException().GetType().Name;
            }
            catch (OperationCanceledException)
            {
                exchange.Error = "no end";
            }

            exchange.Error = exchange.Error.Length > 0 ? exchange.Error : Judge(scanner, exchange);
            exchange.Measured = scanner.Measured;
            _exchanges.Enqueue(exchange);
        }
    }

    private string Judge(in AnswerScanner scanner, Exchange exchange) => (options.Stream, scanner) switch
    {
        (false, _) => exchange.Bytes == 0 ? "empty answer" : "",
        (_, { Error.Length: > 0 }) => scanner.Error,
        (_, { Done: false }) => "no [DONE]",
        _ => scanner.Tokens == options.Tokens ? "" : "wrong number of tokens",
    };

    private HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(_body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach (var (name, value) in options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (options.Measure)
        {
            request.Headers.TryAddWithoutValidation("X-Ape-Measure", "1");
        }

        return request;
    }
}

/// <summary>One request and its answer.</summary>
internal sealed class Exchange
{
    /// <summary>Sent to first content chunk, or to the first byte of an answer that is not streamed; null when none came.</summary>
    public TimeSpan? FirstToken { get; set; }

    /// <summary>Sent to last byte.</summary>
    public TimeSpan Total { get; set; }

    public long Bytes { get; set; }

    /// <summary>What was wrong; empty for nothing.</summary>
    public string Error { get; set; } = "";

    /// <summary>Whether the proxy told its time to first token in-band.</summary>
    public bool Measured { get; set; }
}
