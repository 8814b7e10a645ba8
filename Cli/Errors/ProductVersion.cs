using System.Reflection;

namespace ApeTest.Cli.Errors;

/// <summary>The version of ApeTest.</summary>
internal static class ProductVersion
{
    /// <summary>For example <c>0.1.0</c>, without the source revision.</summary>
    public static string Text { get; } =
        (typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];
}
