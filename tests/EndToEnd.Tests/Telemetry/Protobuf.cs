using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>
/// A protobuf message read by field numbers, as far as OTLP needs it (https://protobuf.dev/programming-guides/encoding/). Shares nothing with the
/// exporter that wrote it.
/// </summary>
internal sealed class Protobuf
{
    private readonly List<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> _fields = [];

    public Protobuf(ReadOnlyMemory<byte> message)
    {
        var rest = message;
        while (!rest.IsEmpty)
        {
            var key = Varint(ref rest);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    _fields.Add((field, default, Varint(ref rest)));
                    break;
                case 1:
                    _fields.Add((field, default, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, 8).Span)));
                    break;
                case 2:
                    _fields.Add((field, Take(ref rest, (int)Varint(ref rest)), 0));
                    break;
                case 5:
                    _fields.Add((field, default, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, 4).Span)));
                    break;
                default:
                    throw new InvalidDataException($"wire type {key & 7}");
            }
        }
    }

    public IEnumerable<Protobuf> Messages(int field) => Values(field).Select(bytes => new Protobuf(bytes));

    public Protobuf? Message(int field) => Messages(field).FirstOrDefault();

    public string Text(int field) => Encoding.UTF8.GetString(Values(field).FirstOrDefault().Span);

    public string Hex(int field) => Convert.ToHexStringLower(Values(field).FirstOrDefault().Span);

    public ulong Number(int field) => _fields.FirstOrDefault(each => each.Field == field).Number;

    /// <summary>Attributes (<c>repeated KeyValue</c>): text, and truth and numbers as Loki writes them (pcommon.Value.AsString).</summary>
    public Dictionary<string, string> Attributes(int field) =>
        Messages(field).ToDictionary(pair => pair.Text(1), pair => pair.Message(2)?.AnyValue() ?? "", StringComparer.Ordinal);

    private string AnyValue() => _fields is not [var (kind, _, number), ..] ? "" : kind switch
    {
        2 => number == 1 ? "true" : "false",
        3 => ((long)number).ToString(CultureInfo.InvariantCulture),
        4 => BitConverter.UInt64BitsToDouble(number).ToString("R", CultureInfo.InvariantCulture),
        _ => Text(1),
    };

    private IEnumerable<ReadOnlyMemory<byte>> Values(int field) => _fields.Where(each => each.Field == field).Select(each => each.Bytes);

    private static ulong Varint(ref ReadOnlyMemory<byte> rest)
    {
        var (value, shift, at) = (0UL, 0, 0);
        byte next;
        do
        {
            next = rest.Span[at++];
            value |= (ulong)(next & 0x7f) << shift;
            shift += 7;
        }
        while ((next & 0x80) != 0);
        rest = rest[at..];
        return value;
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
