namespace ApeTest.Cli.Commands.Start.Detached;

/// <summary>
/// What a detached run says: to the command that started it until the run is on its way, to a file of the run from then on, at most
/// <see cref="MostBytes"/>. Nothing that cannot be written there disturbs the run. Thread-safe.
/// </summary>
internal sealed class DetachedConsole(Stream parent) : Stream
{
    /// <summary>16 MB: years of progress, a line every 10 s.</summary>
    public const long MostBytes = 16 << 20;

    private readonly Lock _lock = new();
    private Stream? _output = parent;
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Tells the parent <paramref name="last"/>, and writes to <paramref name="file"/> from then on.</summary>
    public void Divert(byte[] last, string file)
    {
        lock (_lock)
        {
            Write(last);
            _written = 0;
            _output = null;
            Try(() => _output = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            if (_written + buffer.Length > MostBytes)
            {
                return;
            }
            _written += buffer.Length;
            var bytes = buffer.ToArray();
            Try(() => _output?.Write(bytes));
        }
    }

    public override void Flush() => Try(() => _output?.Flush());

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _output?.Dispose();
        }
        base.Dispose(disposing);
    }

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The run's own files tell what counts.
        }
    }
}
