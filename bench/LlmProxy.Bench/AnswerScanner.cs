namespace ApeTest.LlmProxy_Bench;

/// <summary>
/// Counts what a streamed answer holds, line by line, however the bytes are cut. It looks for texts and parses no JSON, so that the client costs little; the upstream
/// writes no spaces into its JSON.
/// </summary>
internal struct AnswerScanner
{
    private byte[] _carry;
    private int _carried;

    public AnswerScanner() => _carry = new byte[4096];

    /// <summary>Chunks with content.</summary>
    public int Tokens { get; private set; }

    public bool Done { get; private set; }

    /// <summary>An event with an error; empty for none.</summary>
    public string Error { get; private set; } = "";

    /// <summary>Whether the proxy told a time to first token in-band.</summary>
    public bool Measured { get; private set; }

    public void Reset() => (_carried, Tokens, Done, Error, Measured) = (0, 0, false, "", false);

    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (_carried == 0)
            {
                Line(bytes[..end]);
            }
            else
            {
                Carry(bytes[..end]);
                Line(_carry.AsSpan(0, _carried));
                _carried = 0;
            }

            bytes = bytes[(end + 1)..];
        }

        Carry(bytes);
    }

    private void Carry(ReadOnlySpan<byte> bytes)
    {
        if (_carried + bytes.Length > _carry.Length)
        {
            Array.Resize(ref _carry, Math.Max(_carry.Length * 2, _carried + bytes.Length));
        }

        bytes.CopyTo(_carry.AsSpan(_carried));
        _carried += bytes.Length;
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("data: {"u8))
        {
            if (line.IndexOf("\"content\":\""u8) is >= 0 and var at && line[at + 11] != (byte)'"')
            {
                Tokens++;
            }
            else if (line.IndexOf("\"error\":"u8) >= 0)
            {
                Error = "error event";
            }
        }
        else if (line.StartsWith("data: [DONE]"u8))
        {
            Done = true;
        }
        else if (line.StartsWith(": ape "u8))
        {
            Measured = line.IndexOf("\"ttft_"u8) >= 0;
        }
    }
}
