using System.Net;
using System.Net.Http.Json;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>The gateway alone, in front of the sample shop.</summary>
public sealed class GatewayTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gateway_Alone_ForwardsReloadsGuardsAdminAndEndsWithCtrlC()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0");
        var target = UrlIn(await shop.FirstOutputLineAsync());
        directory.Write("ape.mcp-gateway.json", File("shop", target));
        await using var gateway = ApeProcess.Start(directory, "gateway", "--port", "0");
        var url = UrlIn(await gateway.FirstOutputLineAsync());
        using var http = new HttpClient { BaseAddress = url };

        using var products = await http.GetAsync("products", Cancellation);
        using var denied = await http.PutAsJsonAsync("/admin/faults", new { faults = Array.Empty<object>() }, Cancellation);
        using var ready = await http.GetAsync("/health/ready", Cancellation);
        directory.Write("ape.mcp-gateway.json", File("renamed", target));
        using var renamed = await WhenThereAsync(http, "/renamed/products");
        gateway.Signal("INT");
        var result = await gateway.EndAsync();

        result.Exits(0);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK), (products.StatusCode, denied.StatusCode, ready.StatusCode));
        Assert.True(products.Headers.Contains("X-Trace-Id"));
        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
        Assert.Contains($"gateway  {url}\nmcp      {new Uri(url, "/mcp")}\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("added renamed; removed shop", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_Stdio_SpeaksTheProtocolOnlyAndEndsWithItsInput()
    {
        using var directory = new TempDirectory();
        directory.Write("ape.mcp-gateway.json", File("shop", new Uri("http://127.0.0.1:9/")));

        using var gateway = ApeShell.Start(directory, "exec $APE gateway --stdio 2>/dev/null");

        await gateway.StandardInput.WriteLineAsync(Initialize.AsMemory(), Cancellation);
        await gateway.StandardInput.FlushAsync(Cancellation);
        var answer = await gateway.StandardOutput.ReadLineAsync(Cancellation).AsTask().Within(Cancellation);
        gateway.StandardInput.Close();
        var rest = await gateway.StandardOutput.ReadToEndAsync(Cancellation).Within(Cancellation);
        await gateway.WaitForExitAsync(Cancellation).Within(Cancellation);

        Assert.Contains("\"protocolVersion\":\"2025-11-25\"", answer, StringComparison.Ordinal);
        Assert.Empty(rest);
        Assert.Equal(0, gateway.ExitCode);
    }

    private static string File(string name, Uri target) => $$"""{"targets":[{"name":"{{name}}","url":"{{target}}"}]}""";

    private static Uri UrlIn(string line) => new(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    /// <summary>Asks until the file has been read again.</summary>
    private static async Task<HttpResponseMessage> WhenThereAsync(HttpClient http, string path)
    {
        while (true)
        {
            var response = await http.GetAsync(path, Cancellation);
            if (response.StatusCode != HttpStatusCode.Forbidden)
            {
                return response;
            }
            response.Dispose();
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancellation);
        }
    }
}
