using System.Text;
using ApeTest.Scenarios.Data;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>The headers of a request that a redirect keeps.</summary>
internal static class RedirectHeaders
{
    /// <summary>Removes <c>Cookie</c>, which is written anew, and what does not go along.</summary>
    /// <param name="headers">Header lines.</param>
    /// <param name="dropBody">Whether the body goes, and with it what describes it.</param>
    /// <param name="dropCredentials">Whether another origin is asked, which credentials are not for.</param>
    public static void Keep(ByteBuffer headers, bool dropBody, bool dropCredentials)
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
                || (dropCredentials && (Ascii.EqualsIgnoreCase(name, "authorization"u8) || SecretNames.ContainsHeader(Encoding.ASCII.GetString(name))));
            if (!goes)
            {
                headers.Write(line);
            }
        }
    }
}
