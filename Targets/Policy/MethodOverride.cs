namespace ApeTest.Targets.Policy;

/// <summary>Headers by which a client asks a server to take another method than the request line's; many frameworks do as asked.</summary>
public static class MethodOverride
{
    /// <summary>Names of the headers.</summary>
    public static IReadOnlyList<string> Headers { get; } = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

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
