using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Passes a provider's body on and keeps a copy, which goes to the cassette at the body's end. A body that is left before its end is not recorded.</summary>
internal sealed class RecordingStream(Stream inner, Recording recording, Cassette cassette, TimeProvider clock, long began) : BodyStream
{
    // Behind [DONE] a server may keep the connection open, and nothing is read any more.
    private const int TailLength = 32;

    private bool _ended;
    private int _held;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (_ended || buffer.IsEmpty)
        {
            return read;
        }

        if (read > 0 && !cassette.TryHold(recording, read))
        {
            End(SkipReasons.TooLarge);
            return read;
        }

        _held += read;
        recording.Add(buffer.Span[..read], clock.GetElapsedTime(began));
        if (read == 0 || (recording.IsStream && recording.Bytes[Math.Max(0, recording.Length - TailLength)..].IndexOf("[DONE]"u8) >= 0))
        {
            // Before the reader, and so the client, learns of the end: who asks the same again then finds it.
            _ended = true;
            cassette.Add(recording);
        }

        return read;
    }

    public override ValueTask DisposeAsync()
    {
        End(SkipReasons.CutOff);
        return inner.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End(SkipReasons.CutOff);
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void End(string reason)
    {
        if (!_ended)
        {
            _ended = true;
            cassette.Skip(recording, reason, _held);
        }
    }
}
