using System.Runtime.InteropServices;
using System.Text;

namespace ApeTest.Cli;

/// <summary>
/// Standard output of this process that is redirected. Writing to it never throws: a command goes on to its end, and the run's directory is
/// complete, when nobody reads what it says (<c>| head -1</c>) or the disk is full. What is lost is lost from the first failure on.
/// </summary>
internal sealed partial class OutputWriter : StreamWriter
{
    private const int BufferCharacters = 1 << 16;
    private readonly Sink _sink;

    private OutputWriter(Sink sink)
        : base(sink, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferCharacters) => _sink = sink;

    /// <summary>Why it takes no more; null while it does, and where its reader has gone, which is no error.</summary>
    public Exception? Failure => _sink.Failure;

    /// <summary>Cancelled when it takes no more. Noticed when it is flushed, at the latest.</summary>
    public CancellationToken Lost => _sink.Lost;

    /// <summary>Standard output of this process.</summary>
    public static OutputWriter ForOutput() => new(new Sink(Console.OpenStandardOutput(), descriptor: 1));

    /// <summary>A stream in a test.</summary>
    public static OutputWriter To(Stream stream) => new(new Sink(stream, descriptor: null));

    private sealed partial class Sink(Stream stream, int? descriptor) : Stream
    {
        private readonly CancellationTokenSource _lost = new();

        public Exception? Failure { get; private set; }

        public CancellationToken Lost => _lost.Token;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                if (!LoseWithoutReader())
                {
                    stream.Write(buffer);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Failure = exception;
                _lost.Cancel();
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        // A command that has nothing to write flushes now and then, and so learns that its reader has gone.
        public override void Flush() => LoseWithoutReader();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            _lost.Dispose();
        }

        /// <summary>The console's stream swallows EPIPE and goes on for ever, so the pipe is asked before.</summary>
        private bool LoseWithoutReader()
        {
            const short error = 0x8;
            const short hangUp = 0x10;
            if (!_lost.IsCancellationRequested && descriptor is { } number && !OperatingSystem.IsWindows())
            {
                var asked = new PollDescriptor { Descriptor = number };
                if (Poll(ref asked, 1, 0) > 0 && (asked.Occurred & (error | hangUp)) != 0)
                {
                    _lost.Cancel();
                }
            }
            return _lost.IsCancellationRequested;
        }

        [LibraryImport("libc", EntryPoint = "poll")]
        private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeout);

        /// <summary><c>struct pollfd</c>.</summary>
        private struct PollDescriptor
        {
            public int Descriptor;
            public short Asked;
            public short Occurred;
        }
    }
}
