using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>A server on a real loopback socket that plays a script of the test's own on each connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<ScriptedConnection, Task> _script;
    private readonly List<Task> _playing = [];
    private readonly List<ScriptedConnection> _connections = [];
    private readonly Task _accepting;

    public ScriptedServer(Func<ScriptedConnection, Task> script, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        _script = script;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen(512);
        Url = new Uri($"http://{(address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address)}:{Port}");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _count);

    private int _count;

    /// <summary>A server that answers each request of each connection with the same bytes.</summary>
    public static ScriptedServer Always(string answer) => new(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await connection.SendAsync(answer);
        }
    });

    /// <summary>A server that answers the first request of its first connection so, and closes; later ones get <see cref="ScriptedConnection.Fine"/>.</summary>
    public static ScriptedServer Once(Func<ScriptedConnection, Task> first) => new(async connection =>
    {
        if (connection.Number == 1)
        {
            await first(connection);
            return;
        }
        while (await connection.ReadRequestAsync() is not null)
        {
            await connection.SendAsync(ScriptedConnection.Fine);
        }
    });

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        lock (_connections)
        {
            _connections.ForEach(static connection => connection.Close());
        }
        await Task.WhenAll(_playing);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                socket.NoDelay = true;
                var connection = new ScriptedConnection(socket, Interlocked.Increment(ref _count));
                lock (_connections)
                {
                    _connections.Add(connection);
                }
                _playing.Add(PlayAsync(connection));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was closed: the test is over.
        }
    }

    private async Task PlayAsync(ScriptedConnection connection)
    {
        try
        {
            await _script(connection);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client has had enough, or the test is over.
        }
        finally
        {
            connection.Close();
        }
    }
}

/// <summary>A connection of a <see cref="ScriptedServer"/>.</summary>
internal sealed class ScriptedConnection(Socket socket, int number)
{
    public const string Fine = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine";

    private readonly byte[] _buffer = new byte[64 * 1024];
    private byte[] _rest = [];

    /// <summary>Number of the connection, from 1.</summary>
    public int Number => number;

    /// <summary>Requests read so far.</summary>
    public int Requests { get; private set; }

    /// <summary>Where the client is.</summary>
    public IPEndPoint From => (IPEndPoint)socket.RemoteEndPoint!;

    /// <summary>The next request with its body; null where the client has closed.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString(_rest);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var length = end + 4 + LengthOf(text[..end]);
                if (text.Length >= length)
                {
                    _rest = _rest[length..];
                    Requests++;
                    return text[..length];
                }
            }
            var count = await socket.ReceiveAsync(_buffer);
            if (count == 0)
            {
                return null;
            }
            _rest = [.. _rest, .. _buffer.AsSpan(0, count)];
        }
    }

    /// <summary>Waits for the first bytes of a request, of which no more are read.</summary>
    public async Task<string> ReadFirstAsync() => Encoding.Latin1.GetString(_buffer, 0, await socket.ReceiveAsync(_buffer));

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    /// <summary>Sends in two parts that arrive apart.</summary>
    public async Task SendInTwoAsync(byte[] bytes, int first)
    {
        await SendAsync(bytes.AsMemory(0, first));
        await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        await SendAsync(bytes.AsMemory(first));
    }

    /// <summary>Ends the connection at once, unread bytes and all.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public void Close() => socket.Dispose();

    /// <summary>Ends this side only.</summary>
    public void Finish() => socket.Shutdown(SocketShutdown.Send);

    private static int LengthOf(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line[15..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
