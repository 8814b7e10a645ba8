namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// JSON on one line and back. OpenAI and others indent what is not streamed by two spaces; a cassette keeps such JSON without its white space and puts it back when it
/// is replayed. Works on bytes, so that numbers and escapes stay as they came.
/// </summary>
internal static class JsonLayout
{
    /// <summary>Whether valid JSON is indented as <see cref="Indent"/> does it, so that nothing is lost by <see cref="Compact"/>.</summary>
    public static bool IsIndented(ReadOnlySpan<byte> json) => json.Contains((byte)'\n') && Indent(Compact(json)).AsSpan().SequenceEqual(json);

    /// <summary>Valid JSON without white space between its tokens.</summary>
    public static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var output = new List<byte>(json.Length);
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] == (byte)'"')
            {
                var length = StringLength(json[i..]);
                output.AddRange(json.Slice(i, length));
                i += length - 1;
            }
            else if (json[i] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                output.Add(json[i]);
            }
        }

        return [.. output];
    }

    /// <summary>Compact JSON, a member or item a line, by two spaces a level.</summary>
    public static byte[] Indent(ReadOnlySpan<byte> json)
    {
        var output = new List<byte>(json.Length * 2);
        var depth = 0;
        for (var i = 0; i < json.Length; i++)
        {
            var next = i + 1 < json.Length ? json[i + 1] : (byte)0;
            switch (json[i])
            {
                case (byte)'"':
                    var length = StringLength(json[i..]);
                    output.AddRange(json.Slice(i, length));
                    i += length - 1;
                    break;
                case (byte)'{' or (byte)'[' when next is (byte)'}' or (byte)']':
                    output.AddRange([json[i], next]);
                    i++;
                    break;
                case (byte)'{' or (byte)'[':
                    output.Add(json[i]);
                    NewLine(output, ++depth);
                    break;
                case (byte)'}' or (byte)']':
                    NewLine(output, --depth);
                    output.Add(json[i]);
                    break;
                case (byte)',':
                    output.Add(json[i]);
                    NewLine(output, depth);
                    break;
                case (byte)':':
                    output.AddRange(": "u8);
                    break;
                default:
                    output.Add(json[i]);
                    break;
            }
        }

        return [.. output];
    }

    private static void NewLine(List<byte> output, int depth)
    {
        output.Add((byte)'\n');
        for (var i = 0; i < depth; i++)
        {
            output.AddRange("  "u8);
        }
    }

    // With both quotes; text begins at the first.
    private static int StringLength(ReadOnlySpan<byte> text)
    {
        var i = 1;
        while (i < text.Length && text[i] != (byte)'"')
        {
            i += text[i] == (byte)'\\' ? 2 : 1;
        }

        return Math.Min(text.Length, i + 1);
    }
}
