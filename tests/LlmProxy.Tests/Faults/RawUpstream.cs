using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApeTest.LlmProxy.Tests.Faults;

/// <summary>
/// An upstream that speaks raw bytes: each request on each connection runs the script, which writes what it likes, whenever it likes. After the script the
/// connection is closed. Counts what is open, so that a test sees a leak.
/// </summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private int _open;
    private int _requests;

    public RawUpstream(Func<RawExchange, Task> script)
    {
        Script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What happens to a request.</summary>
    public Func<RawExchange, Task> Script { get; set; }

    public string BaseUrl => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1";

    /// <summary>Connections that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Requests that came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        // A listener that is stopped under who is about to accept throws what means a mistake.
        await _end.CancelAsync();
        await _accepting;
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                serving.Add(ServeAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _open);
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                if (await ReadRequestAsync(stream, _end.Token))
                {
                    await Script(new RawExchange(client, stream, Interlocked.Increment(ref _requests), _end.Token));
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy left, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    // Headers and as much body as they announce; false where the connection ended first.
    private static async Task<bool> ReadRequestAsync(NetworkStream stream, CancellationToken token)
    {
        var read = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var count = await stream.ReadAsync(buffer, token);
            if (count == 0)
            {
                return false;
            }

            read.Write(buffer, 0, count);
            var text = Encoding.Latin1.GetString(read.GetBuffer(), 0, (int)read.Length);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0)
            {
                continue;
            }

            var announced = text[..head].Split("\r\n").Select(line => line.Split(": ", 2)).FirstOrDefault(parts => parts[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase));
            if (text.Length >= head + 4 + (announced is null ? 0 : int.Parse(announced[1], System.Globalization.CultureInfo.InvariantCulture)))
            {
                return true;
            }
        }
    }
}

/// <summary>One request at a <see cref="RawUpstream"/>.</summary>
internal sealed class RawExchange(TcpClient client, NetworkStream stream, int number, CancellationToken end)
{
    /// <summary>Head of a stream without a length: it ends with the connection.</summary>
    public const string StreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

    /// <summary>1 for the first request at the upstream.</summary>
    public int Number { get; } = number;

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public Task WriteAsync(byte[] bytes) => stream.WriteAsync(bytes, end).AsTask();

    /// <summary>A whole answer with its length.</summary>
    public Task AnswerAsync(int status, string body, string type = "application/json", string headers = "") =>
        WriteAsync($"HTTP/1.1 {status} X\r\nContent-Type: {type}\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");

    /// <summary>Head and events, each written by itself.</summary>
    public async Task StreamAsync(params string[] parts)
    {
        await WriteAsync(StreamHead);
        foreach (var part in parts)
        {
            await WriteAsync(part);
        }
    }

    /// <summary>Says nothing more until the other side goes away.</summary>
    public async Task HangAsync()
    {
        var buffer = new byte[16];
        while (await stream.ReadAsync(buffer, end) > 0)
        {
        }
    }

    /// <summary>Resets the connection.</summary>
    public void Reset()
    {
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Close();
    }
}
