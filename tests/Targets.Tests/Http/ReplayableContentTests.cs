using System.Net;
using ApeTest.Targets.Http;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Http;

/// <summary>Bodies that are kept so that a request can be sent again.</summary>
public sealed class ReplayableContentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, false)]
    [InlineData(999, false)]
    [InlineData(1000, false)]
    [InlineData(1000, true)]
    public async Task TryBufferAsync_WithinTheLimit_CanBeSentTwice(int length, bool declared)
    {
        var bytes = Bytes(length);
        using var message = Message(new OnceContent(bytes, declared));

        Assert.True(await ReplayableContent.TryBufferAsync(message, 1000, Cancellation));

        Assert.Equal(bytes, await message.Content!.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(bytes, await SentAsync(message));
        Assert.Equal(bytes, await SentAsync(message));
        Assert.Equal(("text/plain", length), (message.Content.Headers.ContentType!.MediaType, message.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(500_000)]
    public async Task TryBufferAsync_BeyondTheLimitUndeclared_IsSentOnceAndWhole(int length)
    {
        var bytes = Bytes(length);
        using var message = Message(new OnceContent(bytes, declared: false));

        Assert.False(await ReplayableContent.TryBufferAsync(message, 1000, Cancellation));
        Assert.False(await ReplayableContent.TryBufferAsync(message, 1000, Cancellation));

        Assert.Equal("text/plain", message.Content!.Headers.ContentType!.MediaType);
        Assert.Equal(bytes, await SentAsync(message));
        await Assert.ThrowsAsync<InvalidOperationException>(() => SentAsync(message));
    }

    [Fact]
    public async Task TryBufferAsync_BeyondTheLimitDeclared_IsNotTouched()
    {
        var content = new OnceContent(Bytes(1001), declared: true);
        using var message = Message(content);

        Assert.False(await ReplayableContent.TryBufferAsync(message, 1000, Cancellation));

        Assert.Same(content, message.Content);
        Assert.False(content.Started);
    }

    [Fact]
    public async Task TryBufferAsync_NoBodyOrOneInMemory_IsLeft()
    {
        var memory = new ReadOnlyMemoryContent(Bytes(5000));
        using var without = new HttpRequestMessage();
        using var with = Message(memory);

        Assert.True(await ReplayableContent.TryBufferAsync(without, 1000, Cancellation));
        Assert.True(await ReplayableContent.TryBufferAsync(with, 1000, Cancellation));

        Assert.Same(memory, with.Content);
    }

    [Fact]
    public async Task TryBufferAsync_SourceFails_Throws()
    {
        using var message = Message(new OnceContent(Bytes(100), declared: false) { FailAfter = new IOException("the client went away") });

        var error = await Assert.ThrowsAnyAsync<Exception>(() => ReplayableContent.TryBufferAsync(message, 1000, Cancellation).AsTask());

        Assert.Contains("the client went away", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_RestFails_FailsTheSending()
    {
        using var message = Message(new OnceContent(Bytes(5000), declared: false) { FailAfter = new IOException("the client went away") });
        Assert.False(await ReplayableContent.TryBufferAsync(message, 1000, Cancellation));

        await Assert.ThrowsAnyAsync<Exception>(() => SentAsync(message));
    }

    [Fact]
    public async Task Content_ReaderFails_FailsTheSendingThoughTheSourceSaysNothing()
    {
        using var message = Message(new OnceContent(Bytes(5000), declared: false) { IgnoresOutput = true });
        Assert.False(await ReplayableContent.TryBufferAsync(message, 1000, Cancellation));

        await Assert.ThrowsAnyAsync<Exception>(() => message.Content!.CopyToAsync(new BrokenStream(), Cancellation));
    }

    [Fact]
    public async Task Content_NeverSent_LetsItsSourceGo()
    {
        var content = new OnceContent(Bytes(5000), declared: false);
        var message = Message(content);
        Assert.False(await ReplayableContent.TryBufferAsync(message, 1000, Cancellation));

        message.Dispose();

        await content.Ended.Within(Cancellation);
    }

    [Fact]
    public async Task TryBufferAsync_Cancelled_EndsTheWaitOfTheRest()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var content = new OnceContent(Bytes(5000), declared: false);
        using var message = Message(content);
        Assert.False(await ReplayableContent.TryBufferAsync(message, 1000, cancel.Token));

        await cancel.CancelAsync();

        await content.Ended.Within(Cancellation);
    }

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(static i => (byte)(i * 31))];

    private static HttpRequestMessage Message(HttpContent content)
    {
        content.Headers.TryAddWithoutValidation("Content-Type", "text/plain");
        return new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1/") { Content = content };
    }

    private static async Task<byte[]> SentAsync(HttpRequestMessage message)
    {
        using var sent = new MemoryStream();
        await message.Content!.CopyToAsync(sent, Cancellation);
        return sent.ToArray();
    }

    /// <summary>As a proxy's body: written to its reader in pieces, once.</summary>
    private sealed class OnceContent : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public OnceContent(byte[] bytes, bool declared)
        {
            _bytes = bytes;
            if (declared)
            {
                Headers.ContentLength = bytes.Length;
            }
        }

        public Exception? FailAfter { get; init; }

        public bool IgnoresOutput { get; init; }

        public bool Started { get; private set; }

        public Task Ended => _ended.Task;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            Assert.False(Started);
            Started = true;
            try
            {
                await stream.FlushAsync(cancellationToken);
                for (var at = 0; at < _bytes.Length; at += 300)
                {
                    await stream.WriteAsync(_bytes.AsMemory(at, Math.Min(300, _bytes.Length - at)), cancellationToken);
                }
                if (FailAfter is { } failure)
                {
                    throw failure;
                }
            }
            catch (IOException) when (IgnoresOutput)
            {
                // As YARP's: its output's failure is another's to report.
            }
            finally
            {
                _ended.SetResult();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        private int _writes;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ++_writes > 2 ? throw new IOException("broken") : ValueTask.CompletedTask;
    }
}
