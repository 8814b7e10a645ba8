using System.Buffers.Text;
using System.Security.Cryptography;

namespace ApeTest.Gateway.Mcp.Sessions;

/// <summary>Session ids. Who knows one acts in its session, so none can be guessed.</summary>
internal static class SessionId
{
    /// <summary>128 random bits, 22 characters of base64url.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
}
