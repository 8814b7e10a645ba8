namespace ApeTest.LlmProxy.Providers.Builtin;

/// <summary>Bytes that become readable after pauses: how the planner pretends to take time.</summary>
internal sealed class PacedStream(IReadOnlyList<PacedBytes> parts, TimeProvider clock) : BodyStream
{
    private int _part;
    private int _offset;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var filled = 0;
        while (_part < parts.Count && filled < buffer.Length)
        {
            var part = parts[_part];
            if (_offset == 0 && part.After > TimeSpan.Zero)
            {
                if (filled > 0)
                {
                    break; // what is there already goes out before the pause
                }

                await Task.Delay(part.After, clock, cancellationToken);
            }

            var count = Math.Min(buffer.Length - filled, part.Bytes.Length - _offset);
            part.Bytes.AsMemory(_offset, count).CopyTo(buffer[filled..]);
            filled += count;
            _offset += count;
            if (_offset == part.Bytes.Length)
            {
                _part++;
                _offset = 0;
            }
        }

        return filled;
    }
}

/// <summary>Bytes and the pause before them.</summary>
internal readonly record struct PacedBytes(TimeSpan After, byte[] Bytes);
