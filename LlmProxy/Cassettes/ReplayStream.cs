using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>A recorded body that becomes readable as it once arrived. Times count from the request, so that late timers do not add up.</summary>
/// <param name="body">The pieces.</param>
/// <param name="values">The live request's values, to be put in.</param>
/// <param name="pace">When each piece is due.</param>
internal sealed class ReplayStream(IReadOnlyList<Piece> body, IReadOnlyList<VolatileValue> values, ReplayPace pace) : BodyStream
{
    private int _next;
    private ReadOnlyMemory<byte> _bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            if (_bytes.IsEmpty)
            {
                if (_next == body.Count || (filled > 0 && pace.Rest(body[_next].Offset) > TimeSpan.Zero))
                {
                    break; // what is there already goes out before the pause
                }

                await pace.WaitAsync(body[_next].Offset, cancellationToken);
                _bytes = AnswerText.Fill(body[_next++], values).Bytes;
                continue;
            }

            var count = Math.Min(buffer.Length - filled, _bytes.Length);
            _bytes[..count].CopyTo(buffer[filled..]);
            _bytes = _bytes[count..];
            filled += count;
        }

        return filled;
    }
}
