using ApeTest.Cli.Signals;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests;

public sealed class ProxyCommandTests : IDisposable
{
    private readonly CliHarness _cli = new();

    public void Dispose() => _cli.Dispose();

    private async Task<CliResult> RunUntilStoppedAsync(params string[] arguments)
    {
        var running = _cli.RunAsync(["proxy", "--port", "0", .. arguments]);
        await Task.WhenAny(_cli.Flushed, running);
        _cli.Signals.Send(StopSignal.Interrupt);
        return await running;
    }

    [Fact]
    public async Task Proxy_NothingGiven_TellsTheBaseUrlAndWhatCanBeUsed()
    {
        _cli.Variables["CEREBRAS_API_KEY"] = "csk-geheim-geheim";

        var result = await RunUntilStoppedAsync();

        Assert.Equal(ExitCodes.Done, result.Code);
        Assert.Matches(@"^llm-proxy  http://127\.0\.0\.1:\d+/v1\n$", result.Out);
        Assert.Contains("provider builtin: usable", result.Error, StringComparison.Ordinal);
        Assert.Contains("provider cerebras: usable, at https://api.cerebras.ai/v1", result.Error, StringComparison.Ordinal);
        Assert.Contains("provider openai: not usable, no key; set OPENAI_API_KEY, or OPENAI_API_KEY_FILE", result.Error, StringComparison.Ordinal);
        Assert.Contains("requests that name no model go to builtin/planner", result.Error, StringComparison.Ordinal);
        Assert.Contains("no proxy keys: whoever reaches it may call it", result.Error, StringComparison.Ordinal);
        Assert.Matches(@"OPENAI_BASE_URL=http://127\.0\.0\.1:\d+/v1 ", result.Error);
        Assert.Contains("; Ctrl+C ends it", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_StoppedWhileItStarts_IsDone()
    {
        var running = _cli.RunAsync("proxy", "--port", "0");
        await _cli.Signals.Subscribed;
        _cli.Signals.Send(StopSignal.Interrupt);

        Assert.Equal(ExitCodes.Done, (await running).Code);
    }

    [Fact]
    public async Task Proxy_FileNamedByTheEnvironment_IsReadAndFlagsWin()
    {
        _cli.Variables["APETEST_LLMPROXY__CONFIG"] = _cli.Directory.Write("p.json", """
            { "keys": [{ "name": "ci", "key": "geheim" }], "aliases": { "best": ["ollama/a", "builtin/planner"] }, "defaultModel": "ollama/a" }
            """);

        var result = await RunUntilStoppedAsync("--model", "best", "--budget-file", "spent.json");

        Assert.Equal(ExitCodes.Done, result.Code);
        Assert.Contains("alias best: ollama/a, then builtin/planner", result.Error, StringComparison.Ordinal);
        Assert.Contains("requests that name no model go to best", result.Error, StringComparison.Ordinal);
        Assert.Contains($"what was spent is remembered in {Path.Combine(_cli.Directory.Path, "spent.json")}", result.Error, StringComparison.Ordinal);
        Assert.Contains("proxy keys: ci", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_InvalidFile_TellsAllErrors()
    {
        _cli.Directory.Write("p.json", "{\n\"queue\":{\"lenght\":1},\n\"providers\":{\"x\":{}},\n\"timeouts\":{\"total\":5}}");

        var result = await _cli.RunAsync("proxy", "--config", "p.json");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains("p.json:2: queue.lenght", result.Error, StringComparison.Ordinal);
        Assert.Contains("p.json:3: providers.x.baseUrl", result.Error, StringComparison.Ordinal);
        Assert.Contains("p.json:4: timeouts.total", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none.json: cannot be read", "--config", "none.json")]
    [InlineData("--port 'x' is not a whole number", "--port", "x")]
    [InlineData("--model: \"gpt\" is neither an alias nor provider/model", "--model", "gpt")]
    [InlineData("--model: \"nobody/gpt\" is neither an alias nor provider/model", "--model", "nobody/gpt")]
    [InlineData("--cassette-mode: \"play\" is not record, replay or auto", "--cassette", "c.jsonl", "--cassette-mode", "play")]
    [InlineData("--cassette-mode: there is no cassette", "--cassette-mode", "replay")]
    [InlineData("--cassette-speed: \"-1\" is not a number of at least 0", "--cassette", "c.jsonl", "--cassette-speed=-1")]
    public async Task Proxy_Wrong_ExitsTwo(string expected, params string[] arguments)
    {
        var result = await _cli.RunAsync(["proxy", .. arguments]);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_PortInUse_ExitsThreeAndNamesIt()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var result = await _cli.RunAsync("proxy", "--port", port);

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.Contains($"http://127.0.0.1:{port}", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default", "--new-key")]
    [InlineData("ci", "--new-key", "ci")]
    public async Task Proxy_NewKey_PrintsItOnceAndEnds(string name, params string[] arguments)
    {
        var result = await _cli.RunAsync(["proxy", .. arguments]);

        Assert.Equal(ExitCodes.Done, result.Code);
        Assert.Matches($"^key   ape-[0-9a-f]{{48}}\nfile  \\{{ \"name\": \"{name}\", \"keySha256\": \"[0-9a-f]{{64}}\" }}\n$", result.Out);
        Assert.Contains("shown only now", result.Error, StringComparison.Ordinal);
    }
}
