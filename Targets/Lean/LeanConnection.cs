using System.Net;
using System.Net.Sockets;

namespace ApeTest.Targets.Lean;

/// <summary>A connection to a server. Of its loop's thread.</summary>
internal sealed unsafe class LeanConnection : LoopSocket
{
    private readonly TargetLoop _loop;
    private long _idleSince;
    private int _answers;

    private LeanConnection(TargetLoop loop, LeanServer server, int descriptor, long opened)
    {
        (_loop, Server, Descriptor, Opened) = (loop, server, descriptor, opened);
    }

    /// <summary>The server.</summary>
    public LeanServer Server { get; }

    /// <summary>When it was opened.</summary>
    public long Opened { get; }

    /// <summary>The pool that it belongs to; null: it is an agent's own.</summary>
    public LeanPool? Pool { get; set; }

    /// <summary>Who uses it; null: nobody.</summary>
    public LeanTransport? Owner { get; set; }

    /// <summary>Whether it is still being made.</summary>
    public bool IsConnecting { get; private set; }

    /// <summary>Whether it is not closed.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Begins a connection; null with the error where that fails at once.</summary>
    public static LeanConnection? Open(TargetLoop loop, LeanServer server, IPAddress address, IPAddress? source, long now, out int error)
    {
        var family = address.AddressFamily == AddressFamily.InterNetworkV6 ? Native.Inet6 : Native.Inet;
        var descriptor = Native.Socket(family, Native.Stream | Native.NonBlocking | Native.CloseOnExec, 0);
        error = descriptor < 0 ? Native.LastError : 0;
        if (error != 0)
        {
            return null;
        }
        var one = 1;
        _ = Native.SetOption(descriptor, Native.TcpLevel, Native.NoDelay, &one, sizeof(int));
        if (source is not null && source.AddressFamily == address.AddressFamily)
        {
            // The port is chosen when it connects: then the same one serves several servers.
            _ = Native.SetOption(descriptor, Native.IpLevel, Native.BindAddressNoPort, &one, sizeof(int));
            error = Call(descriptor, new IPEndPoint(source, 0), connects: false);
        }
        error = error != 0 ? error : Call(descriptor, new IPEndPoint(address, server.Port), connects: true);
        var connection = new LeanConnection(loop, server, descriptor, now) { IsConnecting = error == Native.InProgress };
        if (error is 0 or Native.InProgress)
        {
            error = loop.Watch(connection, connection.IsConnecting ? Native.Out : Native.In | Native.PeerClosed);
        }
        if (error != 0)
        {
            _ = Native.Close(descriptor);
            return null;
        }
        return connection;
    }

    /// <summary>Sends; the number of bytes taken, or minus the error.</summary>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            while (true)
            {
                var sent = Native.Send(Descriptor, first, (nuint)bytes.Length, Native.NoSignal);
                if (sent >= 0)
                {
                    return (int)sent;
                }
                if (Native.LastError is not Native.Interrupted and var error)
                {
                    return error == Native.Again ? 0 : -error;
                }
            }
        }
    }

    /// <summary>Receives into the loop's buffer; the number of bytes, 0 at the end, or minus the error.</summary>
    public int Receive(int flags = 0)
    {
        fixed (byte* first = _loop.ReceiveBuffer)
        {
            while (true)
            {
                var received = Native.Receive(Descriptor, first, flags == 0 ? TargetLoop.BufferBytes : 1u, flags);
                if (received >= 0)
                {
                    return (int)received;
                }
                if (Native.LastError is not Native.Interrupted and var error)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Waits for room to send, or no more.</summary>
    public void AwaitRoom(bool isFull) => _loop.Change(this, isFull ? Native.In | Native.Out | Native.PeerClosed : Native.In | Native.PeerClosed);

    /// <summary>Nobody uses it now.</summary>
    public void Rest()
    {
        Owner = null;
        _idleSince = _loop.Turn;
        _answers++;
    }

    /// <summary>
    /// Whether it can carry another request. A server may have closed it since the loop last looked; one that closes after an answer without a
    /// word does so after the first.
    /// </summary>
    public bool IsUsable(long now)
    {
        if (!IsOpen || Server.IsOutdated(Opened, now))
        {
            return false;
        }
        return (_idleSince == _loop.Turn && _answers > 1) || Receive(Native.Peek) == -Native.Again;
    }

    /// <inheritdoc/>
    public override void Ready(uint events)
    {
        if (Owner is not { } owner)
        {
            // Its end, or bytes that nobody asked for.
            Close();
            return;
        }
        if (IsConnecting)
        {
            var error = 0;
            uint length = sizeof(int);
            _ = Native.GetOption(Descriptor, Native.SocketLevel, Native.PendingError, &error, &length);
            IsConnecting = false;
            if (error == 0)
            {
                AwaitRoom(isFull: false);
            }
            owner.Connected(error);
            return;
        }
        owner.Ready(events);
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (!IsOpen)
        {
            return;
        }
        IsOpen = false;
        Owner = null;
        _loop.Unwatch(this);
        _ = Native.Close(Descriptor);
        Pool?.Closed();
    }

    private static int Call(int descriptor, IPEndPoint endPoint, bool connects)
    {
        var address = endPoint.Serialize();
        fixed (byte* first = address.Buffer.Span)
        {
            var result = connects ? Native.Connect(descriptor, first, (uint)address.Size) : Native.Bind(descriptor, first, (uint)address.Size);
            return result < 0 ? Native.LastError : 0;
        }
    }
}
