using System.Reflection;

namespace ApeTest.Cli.Errors;

/// <summary>The version of ApeTest.</summary>
internal static class ProductVersion
{
    private static readonly string[] Parts =
        (typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+');

    /// <summary>For example <c>0.1.0</c>, without the source revision.</summary>
    public static string Text => Parts[0];

    /// <summary>The commit that it was built from; <c>unknown</c> outside of a checkout.</summary>
    public static string Revision => Parts.Length > 1 ? Parts[1] : "unknown";
}
