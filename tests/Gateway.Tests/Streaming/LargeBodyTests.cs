using System.Net;
using System.Security.Cryptography;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Streaming;

/// <summary>Bodies much larger than what the gateway may hold in memory.</summary>
public sealed class LargeBodyTests : ForwardingTest
{
    private const int Length = 200 * 1024 * 1024;

    /// <summary>What the gateway's process may grow by: buffers of a connection, and what the collector has not collected yet.</summary>
    private const long MayGrow = 60 * 1024 * 1024;

    [Theory]
    [InlineData(true, "none")]
    [InlineData(false, "none")]
    [InlineData(true, "login")]
    [InlineData(false, "login")]
    public async Task Forward_Upload_KeepsMemoryFlat(bool chunked, string auth)
    {
        await using var target = await TestService.TargetAsync(static async context =>
        {
            if (context.Request.Path == "/login")
            {
                await context.Response.WriteAsync("""{"token":"t"}""");
                return;
            }
            using var hash = SHA256.Create();
            await context.Response.WriteAsync($"{context.Request.ContentLength} {Convert.ToHexString(await hash.ComputeHashAsync(context.Request.Body, context.RequestAborted))}");
        });
        // With a login a small body would be kept, to be sent again: a large one is not.
        await using var gateway = await GatewayAsync(target.Url, auth == "none" ? """{ "type": "none" }""" : """{ "type": "login", "request": { "path": "/login" }, "token": "$.token" }""");
        using var client = Client(gateway);
        using var warm = await client.PostAsync("shop/", new PatternContent(Length / 20, chunked, static () => { }), Cancellation);
        var memory = new Watermark(gateway);

        using var response = await client.PostAsync("shop/", new PatternContent(Length, chunked, memory.Take), Cancellation);

        Assert.Equal($"{(chunked ? "" : Length)} {PatternContent.Hash(Length)}", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.InRange(memory.Growth, long.MinValue, MayGrow);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Forward_Download_KeepsMemoryFlat(bool chunked)
    {
        await using var target = await TestService.TargetAsync(async context =>
        {
            var length = context.Request.Path == "/warm" ? Length / 20 : Length;
            context.Response.ContentLength = chunked ? null : length;
            await PatternContent.WriteAsync(context.Response.Body, length, static () => { }, context.RequestAborted);
        });
        await using var gateway = await GatewayAsync(target.Url);
        using var client = Client(gateway);
        (await client.GetByteArrayAsync("shop/warm", Cancellation)).AsSpan(0, 1);
        var memory = new Watermark(gateway);

        using var response = await client.GetAsync("shop/", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(Cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        int read, blocks = 0;
        while ((read = await body.ReadAsync(buffer, Cancellation)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            if (++blocks % 256 == 0)
            {
                memory.Take();
            }
        }

        Assert.Equal(PatternContent.Hash(Length), Convert.ToHexString(hash.GetHashAndReset()));
        Assert.Equal(chunked ? null : Length, response.Content.Headers.ContentLength);
        Assert.InRange(memory.Growth, long.MinValue, MayGrow);
    }

    [Fact]
    public async Task Forward_ClientReadsSlowly_HoldsTheTargetBack()
    {
        const int Block = 64 * 1024;
        var written = 0L;
        await using var target = await TestService.TargetAsync(async context =>
        {
            var block = new byte[Block];
            for (var i = 0; i < Length / Block; i++)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
                Interlocked.Add(ref written, Block);
            }
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var client = new HttpClient { BaseAddress = gateway.Url };

        using var response = await client.GetAsync("shop/", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(Cancellation);
        var buffer = new byte[Block];
        for (var total = 0L; total < Length / 4; total += Block)
        {
            await body.ReadExactlyAsync(buffer, Cancellation);
            // Sockets on both sides and the servers' pipes may hold some; never what was not asked for.
            Assert.InRange(Interlocked.Read(ref written) - total, 0, 40L * 1024 * 1024);
        }
    }

    private static Task<GatewayProcess> GatewayAsync(Uri target, string auth = """{ "type": "none" }""") => GatewayProcess.StartAsync(
        $$"""{ "targets": [ { "name": "shop", "url": "{{target}}", "auth": {{auth}} } ], "limits": { "bodyBytes": {{2L * Length}} } }""");

    private static HttpClient Client(GatewayProcess gateway) => new() { BaseAddress = gateway.Url, Timeout = TestTimeouts.Default * 2 };

    /// <summary>The highest memory of the gateway since it began.</summary>
    private sealed class Watermark(GatewayProcess gateway)
    {
        private readonly long _before = gateway.ResidentBytes;
        private long _highest;

        public long Growth => _highest - _before;

        public void Take() => _highest = Math.Max(_highest, gateway.ResidentBytes);
    }

    /// <summary>A body of a pattern that has no period of a buffer's length, written block by block.</summary>
    private sealed class PatternContent(int length, bool chunked, Action progress) : HttpContent
    {
        private const int Period = 1_000_003;
        private static readonly byte[] Pattern = Make();

        public static async Task WriteAsync(Stream stream, int length, Action progress, CancellationToken cancellationToken)
        {
            for (int at = 0, blocks = 1; at < length; at += Period, blocks++)
            {
                await stream.WriteAsync(Pattern.AsMemory(0, Math.Min(Period, length - at)), cancellationToken);
                if (blocks % 16 == 0)
                {
                    progress();
                }
            }
        }

        public static string Hash(int length)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var at = 0; at < length; at += Period)
            {
                hash.AppendData(Pattern.AsSpan(0, Math.Min(Period, length - at)));
            }
            return Convert.ToHexString(hash.GetHashAndReset());
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => WriteAsync(stream, length, progress, Cancellation);

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return !chunked;
        }

        private static byte[] Make()
        {
            var pattern = new byte[Period];
            new Random(7).NextBytes(pattern);
            return pattern;
        }
    }
}
