using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>The sample shop alone.</summary>
public sealed class ShopTests
{
    [Fact]
    public async Task Shop_Alone_PrintsItsUrlsServesAndEndsWithCtrlC()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var process = ApeProcess.Start(directory, "shop", "--port", "0", "--users", "3");
        var first = await process.FirstOutputLineAsync();
        var url = new Uri(first.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        using var http = new HttpClient { BaseAddress = url };

        var document = await http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        process.Signal("INT");
        var result = await process.EndAsync();

        result.Exits(0);
        Assert.Contains("\"checkout\"", document, StringComparison.Ordinal);
        Assert.Contains($"openapi  {url}openapi/v1.json", result.Out, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }
}
