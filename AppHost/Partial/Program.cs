namespace ApeTest.AppHost;

/// <summary>The AppHost on a partial feed: .NET Aspire does not restore there, so it says what it needs and what to use instead.</summary>
internal static class Program
{
    private static int Main()
    {
        Console.Error.WriteLine("error: this build of the AppHost has no .NET Aspire, because its packages come from the full public NuGet feed.");
        Console.Error.WriteLine("  With that feed: ./ape-test feed auto, then dotnet run --project AppHost");
        Console.Error.WriteLine("  Without it, the same services run in one process: ./ape-test start --agents 20");
        return 3;
    }
}
