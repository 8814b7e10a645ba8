namespace ApeTest.Scenarios.Data.Generators;

/// <summary><c>uuid()</c>: a version 4 UUID (RFC 9562) from the session's random stream.</summary>
internal sealed class UuidGenerator(string text, long place) : Generator(text, place)
{
    internal override string Value(SessionDraw draw, int number)
    {
        Span<byte> bytes = stackalloc byte[32];
        draw.Bytes(this, number, bytes);
        bytes = bytes[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
