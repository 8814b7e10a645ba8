using System.Reflection;

namespace ApeTest.ServiceDefaults.Hosting;

/// <summary>The package feed that these assemblies were built for (docs/design/001-house.md, "Two package feeds"), as recorded with each run.</summary>
public static class PackageFeed
{
    /// <summary>The feed with all packages.</summary>
    public const string Full = "full";

    /// <summary>A feed that lacks some.</summary>
    public const string Partial = "partial";

    // Of this assembly, not a switch of the program: inside a test process (ApeTest.Testing) there is none of ours.
    private const string Key = "ApeTest.FullFeed";

    /// <summary><see cref="Full"/> or <see cref="Partial"/>.</summary>
    public static string Name { get; } = typeof(PackageFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Any(static fact => fact.Key == Key && string.Equals(fact.Value, "true", StringComparison.OrdinalIgnoreCase)) ? Full : Partial;
}
