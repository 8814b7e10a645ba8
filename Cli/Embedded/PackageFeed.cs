namespace ApeTest.Cli.Embedded;

/// <summary>The package feed of this build (DESIGN 13), as recorded with each run.</summary>
internal static class PackageFeed
{
    /// <summary><c>full</c> or <c>partial</c>.</summary>
    public static string Name { get; } = AppContext.TryGetSwitch("ApeTest.FullFeed", out var full) && full ? "full" : "partial";
}
