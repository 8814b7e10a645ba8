using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApeTest.Gateway.Tests;

/// <summary>A target that answers each connection's request with these bytes and closes.</summary>
internal sealed class RawAnswer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;

    public RawAnswer(string answer)
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _loop = AnswerAsync(Encoding.Latin1.GetBytes(answer));
    }

    public Uri Url { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AnswerAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                try
                {
                    _ = await client.GetStream().ReadAsync(new byte[4096], _end.Token);
                    await client.GetStream().WriteAsync(answer, _end.Token);
                }
                catch (IOException)
                {
                    // Who asked has left.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
