using System.Text;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>The headers of a request that another one keeps, which a redirect makes of it or which goes to another origin.</summary>
internal static class RedirectHeaders
{
    /// <summary>Removes <c>Cookie</c>, which is written anew, and what does not go along.</summary>
    /// <param name="headers">Header lines.</param>
    /// <param name="dropBody">Whether the body goes, and with it what describes it.</param>
    /// <param name="isCredential">Whether a header is not for another origin, which is asked; null where none is.</param>
    public static void Keep(ByteBuffer headers, bool dropBody, Func<string, bool>? isCredential)
    {
        var lines = headers.Span.ToArray().AsSpan();
        headers.Clear();
        while (!lines.IsEmpty)
        {
            var line = lines[..(lines.IndexOf("\r\n"u8) + 2)];
            lines = lines[line.Length..];
            var name = line[..line.IndexOf((byte)':')];
            var goes = Ascii.EqualsIgnoreCase(name, "cookie"u8)
                || (dropBody && name.Length > 8 && Ascii.EqualsIgnoreCase(name[..8], "content-"u8))
                || isCredential?.Invoke(Encoding.ASCII.GetString(name)) is true;
            if (!goes)
            {
                headers.Write(line);
            }
        }
    }
}
