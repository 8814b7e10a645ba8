using System.Buffers;
using System.Text.Json;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>Writes a value, valid UTF-8, escaped for its <see cref="Place"/>. Most values need no escape and are copied.</summary>
internal static class Escapes
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<byte> Unreserved = Bytes(Letters + "-._~");
    private static readonly SearchValues<byte> FormSafe = Bytes(Letters + "*-._");
    private static readonly SearchValues<byte> ReferenceSafe = Bytes(Letters + "-._~:/?#[]@!$&'()*+,;=%");
    private static readonly SearchValues<byte> JsonSpecial = Bytes("\"\\" + Controls(0x00, 0x1f));
    private static readonly SearchValues<byte> XmlSpecial = Bytes("&<>\"'" + Controls(0x00, 0x1f));
    private static readonly SearchValues<byte> Control = Bytes(Controls(0x00, 0x1f) + "\x7f");
    private static readonly SearchValues<byte> PartNameSpecial = Bytes("\"\r\n");

    /// <summary>What boundaries of multipart bodies begin with. A value that holds it was made to break out of its part, and is refused.</summary>
    public const string Boundary = "ape-test-boundary-";

    /// <summary>Writes it; null, or why it cannot stand there.</summary>
    public static string? Write(Place place, ReadOnlySpan<byte> value, ByteBuffer to)
    {
        switch (place)
        {
            case Place.Segment:
                Percent(value, Unreserved, to);
                return value.IsEmpty ? "is empty" : null;
            case Place.Query:
                Percent(value, Unreserved, to);
                return null;
            case Place.Form:
                Form(value, to);
                return null;
            case Place.Reference:
                Percent(value, ReferenceSafe, to);
                return value.IsEmpty ? "is empty" : value.ContainsAny(Control) ? "holds a control character" : null;
            case Place.Header:
                to.Write(value);
                return IsHeader(value) ? null : "holds a line break or another control character";
            case Place.JsonText:
                JsonText(value, to);
                return null;
            case Place.Json:
                to.Write(value);
                return IsJson(value) ? null : "is not a value of JSON";
            case Place.Xml:
                return Xml(value, to);
            case Place.Part:
                to.Write(value);
                return value.IndexOf("ape-test-boundary-"u8) < 0 ? null : "holds the boundary of parts";
            case Place.PartName:
                PartName(value, to);
                return null;
            default:
                to.Write(value);
                return null;
        }
    }

    private static void Percent(ReadOnlySpan<byte> value, SearchValues<byte> safe, ByteBuffer to)
    {
        while (value.IndexOfAnyExcept(safe) is >= 0 and var at)
        {
            to.Write(value[..at]);
            WritePercent(value[at], to);
            value = value[(at + 1)..];
        }
        to.Write(value);
    }

    private static void Form(ReadOnlySpan<byte> value, ByteBuffer to)
    {
        while (value.IndexOfAnyExcept(FormSafe) is >= 0 and var at)
        {
            to.Write(value[..at]);
            if (value[at] == ' ')
            {
                to.Write((byte)'+');
            }
            else
            {
                WritePercent(value[at], to);
            }
            value = value[(at + 1)..];
        }
        to.Write(value);
    }

    private static void PartName(ReadOnlySpan<byte> value, ByteBuffer to)
    {
        while (value.IndexOfAny(PartNameSpecial) is >= 0 and var at)
        {
            to.Write(value[..at]);
            WritePercent(value[at], to);
            value = value[(at + 1)..];
        }
        to.Write(value);
    }

    private static void JsonText(ReadOnlySpan<byte> value, ByteBuffer to)
    {
        while (value.IndexOfAny(JsonSpecial) is >= 0 and var at)
        {
            to.Write(value[..at]);
            switch (value[at])
            {
                case (byte)'"':
                    to.Write("\\\""u8);
                    break;
                case (byte)'\\':
                    to.Write("\\\\"u8);
                    break;
                case (byte)'\n':
                    to.Write("\\n"u8);
                    break;
                case (byte)'\r':
                    to.Write("\\r"u8);
                    break;
                case (byte)'\t':
                    to.Write("\\t"u8);
                    break;
                case var control:
                    to.Write("\\u00"u8);
                    WriteHex(control, to);
                    break;
            }
            value = value[(at + 1)..];
        }
        to.Write(value);
    }

    private static string? Xml(ReadOnlySpan<byte> value, ByteBuffer to)
    {
        while (value.IndexOfAny(XmlSpecial) is >= 0 and var at)
        {
            to.Write(value[..at]);
            switch (value[at])
            {
                case (byte)'&':
                    to.Write("&amp;"u8);
                    break;
                case (byte)'<':
                    to.Write("&lt;"u8);
                    break;
                case (byte)'>':
                    to.Write("&gt;"u8);
                    break;
                case (byte)'"':
                    to.Write("&quot;"u8);
                    break;
                case (byte)'\'':
                    to.Write("&#39;"u8);
                    break;
                // A reader would make another white space of these (XML 1.0, sections 2.11 and 3.3.3).
                case (byte)'\t':
                    to.Write("&#9;"u8);
                    break;
                case (byte)'\n':
                    to.Write("&#10;"u8);
                    break;
                case (byte)'\r':
                    to.Write("&#13;"u8);
                    break;
                default:
                    return "holds a control character, which XML has no way to write";
            }
            value = value[(at + 1)..];
        }
        to.Write(value);
        return null;
    }

    private static bool IsHeader(ReadOnlySpan<byte> value)
    {
        while (value.IndexOfAny(Control) is >= 0 and var at)
        {
            if (value[at] != '\t')
            {
                return false;
            }
            value = value[(at + 1)..];
        }
        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> value)
    {
        try
        {
            var reader = new Utf8JsonReader(value);
            while (reader.Read())
            {
            }
            return reader.TokenType is not JsonTokenType.None;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void WritePercent(byte value, ByteBuffer to)
    {
        to.Write((byte)'%');
        WriteHex(value, to);
    }

    private static void WriteHex(byte value, ByteBuffer to)
    {
        to.Write("0123456789ABCDEF"u8[value >> 4]);
        to.Write("0123456789ABCDEF"u8[value & 15]);
    }

    private static SearchValues<byte> Bytes(string characters) => SearchValues.Create([.. characters.Select(static c => (byte)c)]);

    private static string Controls(int from, int to) => new([.. Enumerable.Range(from, to - from + 1).Select(static c => (char)c)]);
}
