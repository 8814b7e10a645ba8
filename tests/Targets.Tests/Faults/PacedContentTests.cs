using ApeTest.Targets.Faults;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Faults;

public sealed class PacedContentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Reads to the end on a clock that a test moves: bytes read by each whole step, and the time at the end.</summary>
    private static async Task<(List<int> Bytes, TimeSpan Ended)> ReadAsync(HttpContent content, FakeTimeProvider time, TimeSpan step)
    {
        var began = time.GetUtcNow();
        await using var stream = await content.ReadAsStreamAsync(Cancellation);
        var buffer = new byte[100_000];
        var bytes = new List<int>();
        var sum = 0;
        while (true)
        {
            var read = stream.ReadAsync(buffer, Cancellation).AsTask();
            while (await Task.WhenAny(read, time.WaitForTimersAsync(1, Cancellation)) != read)
            {
                time.Advance(step);
                bytes.Add(sum);
            }
            if (await read == 0)
            {
                return (bytes, time.GetUtcNow() - began);
            }
            sum += await read;
        }
    }

    [Fact]
    public async Task Read_Throttled_TakesLengthOverRate()
    {
        var time = new FakeTimeProvider();
        using var content = new PacedContent(new ByteArrayContent(new byte[10_000]), () => new Pace(time, rate: 1000, spread: null, length: 10_000));

        var (bytes, ended) = await ReadAsync(content, time, TimeSpan.FromMilliseconds(100));

        Assert.Equal(TimeSpan.FromSeconds(10), ended);
        Assert.InRange(bytes[49], 4800, 5000);
    }

    [Fact]
    public async Task Read_SpreadOverATime_IsEvenAndEndsThen()
    {
        var time = new FakeTimeProvider();
        using var content = new PacedContent(new ByteArrayContent(new byte[10_000]), () => new Pace(time, rate: null, TimeSpan.FromSeconds(5), length: 10_000));

        var (bytes, ended) = await ReadAsync(content, time, TimeSpan.FromMilliseconds(100));

        Assert.Equal(TimeSpan.FromSeconds(5), ended);
        Assert.InRange(bytes[24], 4800, 5000);
    }

    [Fact]
    public async Task Read_SpreadWithUnknownLength_EndsNoSooner()
    {
        var time = new FakeTimeProvider();
        using var content = new PacedContent(new ByteArrayContent("short"u8.ToArray()), () => new Pace(time, rate: null, TimeSpan.FromSeconds(5), length: null));

        var (_, ended) = await ReadAsync(content, time, TimeSpan.FromMilliseconds(100));

        Assert.InRange(ended, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.1));
    }

    [Fact]
    public async Task Read_SpreadAndThrottled_TakesTheLonger()
    {
        var time = new FakeTimeProvider();
        using var content = new PacedContent(new ByteArrayContent(new byte[1000]), () => new Pace(time, rate: 100, TimeSpan.FromSeconds(2), length: 1000));

        var (_, ended) = await ReadAsync(content, time, TimeSpan.FromMilliseconds(100));

        Assert.Equal(TimeSpan.FromSeconds(10), ended);
    }

    [Fact]
    public async Task Read_Cancelled_Ends()
    {
        var time = new FakeTimeProvider();
        using var cancellation = new CancellationTokenSource();
        using var content = new PacedContent(new ByteArrayContent(new byte[10]), () => new Pace(time, rate: 1, spread: null, length: 10));
        await using var stream = await content.ReadAsStreamAsync(Cancellation);

        var read = stream.ReadExactlyAsync(new byte[10], cancellation.Token).AsTask();
        await time.WaitForTimersAsync(1, Cancellation);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TestTimeouts.Default, Cancellation));
        Assert.Equal(0, time.PendingTimers);
    }

    [Fact]
    public async Task Write_Throttled_TakesLengthOverRateEachTime()
    {
        var time = new FakeTimeProvider();
        using var content = new PacedContent(new ByteArrayContent(new byte[1000]), () => new Pace(time, rate: 100, spread: null, length: null));
        for (var i = 0; i < 2; i++)
        {
            var began = time.GetUtcNow();
            using var sink = new MemoryStream();

            var copying = content.CopyToAsync(sink, Cancellation);
            while (await Task.WhenAny(copying, time.WaitForTimersAsync(1, Cancellation)) != copying)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
            }
            await copying;

            Assert.Equal((1000L, TimeSpan.FromSeconds(10)), (sink.Length, time.GetUtcNow() - began));
        }
    }

    [Fact]
    public void Content_Wrapped_KeepsHeadersLengthAndDisposal()
    {
        var inner = new DisposedContent();
        inner.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");

        var content = new PacedContent(inner, static () => throw new InvalidOperationException());
        var (type, length) = (content.Headers.ContentType?.MediaType, content.Headers.ContentLength);
        content.Dispose();

        Assert.Equal(("application/json", 10L, true), (type, length, inner.IsDisposed));
    }

    private sealed class DisposedContent() : ByteArrayContent(new byte[10])
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing) => IsDisposed = true;
    }
}
