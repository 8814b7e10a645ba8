using System.Text;

namespace ApeTest.Targets.Policy;

/// <summary>Headers by which a client asks a server to take another method than the request line's; many frameworks do as asked.</summary>
public static class MethodOverride
{
    /// <summary>Names of the headers.</summary>
    public static IReadOnlyList<string> Headers { get; } = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

    internal static bool IsHeader(ReadOnlySpan<byte> name)
    {
        // The common headers are told apart by their first letter.
        if (name.IsEmpty || (name[0] | 0x20) != 'x')
        {
            return false;
        }
        foreach (var header in Headers)
        {
            if (Ascii.EqualsIgnoreCase(name, header))
            {
                return true;
            }
        }
        return false;
    }

    internal static bool IsHeader(string name)
    {
        foreach (var header in Headers)
        {
            if (header.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
