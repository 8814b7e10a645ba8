using System.Text;
using System.Text.Unicode;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>A part of an answer that arrived at one time: a server-sent event, or a whole body.</summary>
/// <param name="Offset">When it was there, since the request was sent.</param>
/// <param name="Before">Bytes before the JSON (<c>data: </c>); all bytes where there is no JSON.</param>
/// <param name="Json">The JSON, byte for byte; empty: none.</param>
/// <param name="After">Bytes behind the JSON (the blank line).</param>
internal sealed record Piece(TimeSpan Offset, byte[] Before, byte[] Json, byte[] After)
{
    public static readonly byte[] EventStart = "data: "u8.ToArray();
    public static readonly byte[] EventEnd = "\n\n"u8.ToArray();

    /// <summary>Whether what is no JSON is text, and not merely bytes.</summary>
    public bool IsText => Utf8.IsValid(Before) && Utf8.IsValid(After);

    /// <summary>What stands there where there is no JSON.</summary>
    public string Text => Encoding.UTF8.GetString(Before);

    public byte[] Bytes => [.. Before, .. Json, .. After];
}
