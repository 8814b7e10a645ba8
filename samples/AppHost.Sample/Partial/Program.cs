namespace ApeTest.Sample;

/// <summary>The sample on a partial feed, which has no .NET Aspire.</summary>
internal static class Program
{
    private static int Main()
    {
        Console.Error.WriteLine("error: this build of the sample has no .NET Aspire, because its packages come from the full public NuGet feed.");
        Console.Error.WriteLine("  With that feed: ./ape-test feed auto, then dotnet run --project samples/AppHost.Sample");
        Console.Error.WriteLine("  Without it: ./ape-test start --agents 50 --threshold 'session_success >= 0.95'");
        return 3;
    }
}
