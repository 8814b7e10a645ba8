using ApeTest.Cli.Signals;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests;

public sealed class GatewayCommandTests : IDisposable
{
    private const string File = """{"targets":[{"name":"shop","url":"http://127.0.0.1:5080","headers":{"X-Key":"${KEY}"}},{"name":"other","url":"http://127.0.0.1:5081"}]}""";

    private readonly CliHarness _cli = new();

    public void Dispose() => _cli.Dispose();

    private async Task<CliResult> RunUntilStoppedAsync(params string[] arguments)
    {
        var running = _cli.RunAsync(arguments);
        await Task.WhenAny(_cli.Flushed, running);
        _cli.Signals.Send(StopSignal.Interrupt);
        return await running;
    }

    [Fact]
    public async Task Gateway_Target_PrintsWhereItListens()
    {
        var result = await RunUntilStoppedAsync("gateway", "--target", "http://127.0.0.1:5080", "--port", "0");

        Assert.Equal(ExitCodes.Done, result.Code);
        Assert.Matches(@"^gateway  http://127\.0\.0\.1:\d+/target/\nmcp      http://127\.0\.0\.1:\d+/mcp\n$", result.Out);
        Assert.Matches("X-Ape-Token: [0-9a-f]{32}' http://127.0.0.1:[0-9]+/admin/faults; Ctrl.C ends it", result.Error);
    }

    [Fact]
    public async Task Gateway_StoppedWhileItStarts_IsDone()
    {
        var running = _cli.RunAsync("gateway", "--target", "http://127.0.0.1:5080", "--port", "0");
        await _cli.Signals.Subscribed;
        _cli.Signals.Send(StopSignal.Interrupt);

        Assert.Equal(ExitCodes.Done, (await running).Code);
    }

    [Fact]
    public async Task Gateway_DefaultFile_PrintsItsTargets()
    {
        _cli.Directory.Write("ape.mcp-gateway.json", File);
        _cli.Variables["KEY"] = "geheim";

        var result = await RunUntilStoppedAsync("gateway", "--port", "0");

        Assert.Equal(ExitCodes.Done, result.Code);
        Assert.Matches(@"^gateway  http://127\.0\.0\.1:\d+/other/\ngateway  http://127\.0\.0\.1:\d+/shop/\nmcp ", result.Out);
        Assert.DoesNotContain("geheim", result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_FileNamedByTheEnvironment_IsRead()
    {
        _cli.Variables["APETEST_GATEWAY__CONFIG"] = _cli.Directory.Write("g.json", """{"targets":[{"name":"named","url":"http://127.0.0.1:5080"}]}""");

        Assert.Contains("/named/", (await RunUntilStoppedAsync("gateway", "--port", "0")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_InvalidFile_TellsAllErrors()
    {
        _cli.Directory.Write("g.json", "{\n\"targets\":[{\"name\":\"shop\",\"url\":\"x\",\n\"timeout\":1}]}");

        var result = await _cli.RunAsync("gateway", "--config", "g.json");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains("g.json:2: targets[0].url", result.Error, StringComparison.Ordinal);
        Assert.Contains("g.json:3: targets[0].timeout", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no ape.mcp-gateway.json in this directory")]
    [InlineData("the gateway file none.json does not exist", "--config", "none.json")]
    [InlineData("--config and --target both name targets", "--config", "g.json", "--target", "http://127.0.0.1:1")]
    [InlineData("--openapi says how to reach a target, and no --target is given", "--openapi", "/x")]
    [InlineData("--header says how to reach a target, and no --target is given", "--header", "X-A: 1")]
    [InlineData("--target: 'ftp://x' is not an absolute http or https URL", "--target", "ftp://x")]
    [InlineData("--header Host: 'Host' is set by the gateway itself", "--target", "http://127.0.0.1:1", "--header", "Host: x")]
    [InlineData("--header: the environment variable NONE is not set", "--target", "http://127.0.0.1:1", "--header", "X-A: ${NONE}")]
    [InlineData("--auth gives Authorization a second time", "--target", "http://127.0.0.1:1", "--header", "Authorization: x", "--auth", "bearer:y")]
    [InlineData("--port 'x' is not a whole number", "--target", "http://127.0.0.1:1", "--port", "x")]
    [InlineData("--port has no effect with --stdio", "--target", "http://127.0.0.1:1", "--port", "1", "--stdio")]
    public async Task Gateway_Wrong_ExitsTwo(string expected, params string[] arguments)
    {
        var result = await _cli.RunAsync(["gateway", .. arguments]);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_PortInUse_ExitsThreeAndNamesIt()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var result = await _cli.RunAsync("gateway", "--target", "http://127.0.0.1:1", "--port", port);

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.Contains($"http://127.0.0.1:{port}", result.Error, StringComparison.Ordinal);
    }
}
