using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>
/// A target that writes bytes as a test wants them: what no server would send. It reads a request's head, hands its path to the test's answer,
/// and closes the connection when that returns.
/// </summary>
internal sealed class RawTarget : IAsyncDisposable
{
    private const int MostHead = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly ConcurrentQueue<string> _paths = new();
    private readonly Func<NetworkStream, string, CancellationToken, Task> _answer;
    private readonly Task _accepting;

    /// <param name="answer">Answers a request for a path.</param>
    public RawTarget(Func<NetworkStream, string, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Times that it was asked for <paramref name="path"/>.</summary>
    public int Count(string path) => _paths.Count(asked => asked == path);

    /// <summary>Writes text as it stands.</summary>
    public static Task WriteAsync(NetworkStream stream, string text, CancellationToken cancellationToken) => stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken).AsTask();

    public async ValueTask DisposeAsync()
    {
        // A listener that is stopped under who is about to accept throws what means a mistake.
        await _end.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_end.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var head = new StringBuilder();
            var one = new byte[1];
            while (head.Length < MostHead && !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(one, _end.Token) == 0)
                {
                    return;
                }
                head.Append((char)one[0]);
            }
            var path = head.ToString().Split(' ')[1];
            _paths.Enqueue(path);
            await _answer(stream, path, _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The other side has had enough, as it should.
        }
    }
}
