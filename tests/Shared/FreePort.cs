using System.Net;
using System.Net.Sockets;

namespace ApeTest.Tests.Shared;

/// <summary>
/// Ports for what has to be told its port, or for an address at which nobody listens. A port that the system gave and got back may be somebody else's a moment later:
/// these lie below those that systems give out by themselves, and none is given twice while this process lives, here or in a test process beside it.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static readonly Lock Gate = new();
    private static readonly List<Socket> Kept = [];
    private static int s_next = Environment.ProcessId * 37 % Count;

    /// <summary>A TCP port of 127.0.0.1 at which nobody listens. It stays the caller's until this process ends.</summary>
    public static int Take()
    {
        lock (Gate)
        {
            for (var tries = 0; tries < Count; tries++)
            {
                var port = First + s_next;
                s_next = (s_next + 1) % Count;
                if (TryKeep(port))
                {
                    return port;
                }
            }
        }
        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }

    // The number is taken as one of UDP, which nobody here speaks: other test processes see that, and TCP stays free for whoever listens.
    private static bool TryKeep(int port)
    {
        var mark = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            mark.Bind(new IPEndPoint(IPAddress.Loopback, port));
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            Kept.Add(mark);
            return true;
        }
        catch (SocketException)
        {
            mark.Dispose();
            return false;
        }
    }
}
