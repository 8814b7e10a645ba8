namespace ApeTest.Cli.Commands.Init.Writing;

/// <summary>The compose file of the distributed stack. The seam for the template that the deploy commands render.</summary>
internal static class ComposeFile
{
    /// <summary>Its name.</summary>
    public const string Name = "ape.docker-compose.yml";

    /// <summary>Its text; null where this build has none.</summary>
    public static string? Read() => null;
}
