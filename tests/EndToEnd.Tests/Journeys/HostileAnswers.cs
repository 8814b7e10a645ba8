using System.Net.Sockets;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Answers that a client must survive, by path.</summary>
internal static class HostileAnswers
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";
    private const long Gigabyte = 1L << 30;
    private static readonly byte[] _zeros = new byte[1 << 20];

    /// <summary>Paths and the error that each must be counted as, or one of them. A gigabyte may be there in time, and is more than its step allows.</summary>
    public static readonly IReadOnlyList<(string Path, string[] Errors)> Table =
    [
        ("/t/silent", ["timeout"]),
        ("/t/slow-head", ["timeout"]),
        ("/t/slow-body", ["timeout"]),
        ("/t/endless", ["timeout", "protocol"]),
        ("/t/gigabyte", ["timeout", "check"]),
        ("/t/short", ["reset", "protocol"]),
        ("/t/reset", ["reset"]),
        ("/t/close", ["reset", "protocol"]),
        ("/t/headers", ["protocol"]),
        ("/t/long-header", ["protocol"]),
        ("/t/chunk", ["protocol"]),
        ("/t/garbage", ["protocol"]),
        ("/t/two-lengths", ["protocol"]),
        ("/t/redirect", ["protocol"]),
    ];

    /// <summary>Answers <paramref name="path"/>; anything else well.</summary>
    public static async Task AnswerAsync(NetworkStream stream, string path, CancellationToken cancellationToken)
    {
        Task Say(string text) => RawTarget.WriteAsync(stream, text, cancellationToken);
        switch (path)
        {
            case "/t/silent":
                await Forever(cancellationToken);
                break;
            case "/t/slow-head":
                await Say(Ok);
                await DripAsync(stream, "X-A: b\r\n", cancellationToken);
                break;
            case "/t/slow-body":
                await Say(Ok + "Content-Length: 1000000\r\n\r\n");
                await DripAsync(stream, "a", cancellationToken);
                break;
            case "/t/endless":
                await Say(Ok + "Transfer-Encoding: chunked\r\n\r\n");
                while (true)
                {
                    await Say("100000\r\n");
                    await stream.WriteAsync(_zeros, cancellationToken);
                    await Say("\r\n");
                }
            case "/t/gigabyte":
                await Say($"{Ok}Content-Length: {Gigabyte}\r\n\r\n");
                for (var sent = 0L; sent < Gigabyte; sent += _zeros.Length)
                {
                    await stream.WriteAsync(_zeros, cancellationToken);
                }
                break;
            case "/t/short":
                await Say(Ok + "Content-Length: 100\r\n\r\nonly this");
                break;
            case "/t/reset":
                await Say(Ok + "Content-Length: 100\r\n\r\nonly this");
                stream.Socket.LingerState = new LingerOption(true, 0);
                break;
            case "/t/close":
                break;
            case "/t/headers":
                await Say(Ok);
                for (var i = 0; i < 1000; i++)
                {
                    await Say(string.Concat(Enumerable.Range(i * 100, 100).Select(number => $"X-{number}: {number}\r\n")));
                }
                await Say("Content-Length: 0\r\n\r\n");
                break;
            case "/t/long-header":
                await Say(Ok + $"X-A: {new string('a', 10_000_000)}\r\nContent-Length: 0\r\n\r\n");
                break;
            case "/t/chunk":
                await Say(Ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n");
                break;
            case "/t/garbage":
                await Say("220 mail.example.com ESMTP ready\r\n\r\n");
                break;
            case "/t/two-lengths":
                await Say(Ok + "Content-Length: 1\r\nContent-Length: 5\r\n\r\nhello");
                break;
            case "/t/redirect":
                await Say("HTTP/1.1 302 Found\r\nLocation: /t/redirect\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                break;
            default:
                await Say(Ok + "Content-Length: 2\r\nConnection: close\r\n\r\nok");
                break;
        }
    }

    private static Task Forever(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    private static async Task DripAsync(NetworkStream stream, string drop, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await RawTarget.WriteAsync(stream, drop, cancellationToken);
        }
    }
}
