using ApeTest.EndToEnd.Tests.Peers;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Mcp;

/// <summary>A client that is not ours (the official TypeScript SDK) buys in the sample shop through the gateway's MCP server.</summary>
public sealed class StockClientTests
{
    private const string Sdk = "@modelcontextprotocol/sdk@1.32.2";

    private static readonly string Script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Mcp", "client.mjs"));

    [Fact]
    public async Task StreamableHttp_TypeScriptSdk_CompletesAPurchase()
    {
        using var directory = new TempDirectory();
        var node = new NodePackage(directory);
        await node.InstallAsync(Sdk);
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0", "--users", "3");
        await using var gateway = ApeProcess.Start(directory, "gateway", "--target", await UrlAsync(shop), "--port", "0");
        var root = new Uri(await UrlAsync(gateway));

        var (code, output) = await node.RunScriptAsync(Script, "http", new Uri(root, "/mcp").AbsoluteUri);

        Assert.True(code == 0, output);
        Assert.Contains("\"server\":\"ok\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stdio_TypeScriptSdk_CompletesAPurchase()
    {
        using var directory = new TempDirectory();
        var node = new NodePackage(directory);
        await node.InstallAsync(Sdk);
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0", "--users", "3");

        var (code, output) = await node.RunScriptAsync(
            Script, "stdio", Requires.Command("dotnet"), Path.Combine(AppContext.BaseDirectory, "ape-test.dll"), "gateway", "--stdio", "--target", await UrlAsync(shop));

        Assert.True(code == 0, output);
        Assert.Contains("\"server\":\"ok\"", output, StringComparison.Ordinal);
    }

    /// <summary>The address in the first line that the process prints.</summary>
    private static async Task<string> UrlAsync(ApeProcess process) => (await process.FirstOutputLineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
}
