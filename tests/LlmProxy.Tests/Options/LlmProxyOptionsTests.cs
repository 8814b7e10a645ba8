using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.Logging;

namespace ApeTest.LlmProxy.Tests.Options;

public sealed class LlmProxyOptionsTests
{
    [Fact]
    public void Validate_SeveralMistakes_TellsAllAtOnce()
    {
        var options = new LlmProxyOptions { MaxEventBytes = 1 };
        options.Keys.Add(new ProxyKeyOptions());
        options.Providers["x"] = new ProviderOptions();
        options.Providers["y"] = new ProviderOptions { BaseUrl = "ftp://h" };
        options.Timeouts.Total = TimeSpan.Zero;
        var error = Assert.Throws<LlmProxyConfigException>(() => LlmProxyOptionsValidator.Validate(options));
        Assert.Equal(5, error.Errors.Count);
    }

    [Theory]
    [InlineData("http://bob:pw@h/v1")]
    [InlineData("http://h/v1?api-key=pw")]
    [InlineData("http://h/v1#pw")]
    public void Validate_BaseUrlWithMoreThanAPlace_IsRefusedAndNotRepeated(string url)
    {
        var options = new LlmProxyOptions();
        options.Providers["x"] = new ProviderOptions { BaseUrl = url };
        var error = Assert.Single(Errors(options));
        Assert.Contains("which are not sent", error, StringComparison.Ordinal);
        Assert.True(url.Contains('#', StringComparison.Ordinal) || !error.Contains("pw", StringComparison.Ordinal), error);
    }

    [Fact]
    public void Validate_TimesBeyondAnyTimer_AreRefused()
    {
        var options = new LlmProxyOptions();
        (options.Timeouts.Connect, options.Timeouts.Total, options.Retry.MaxPause) = (TimeSpan.FromHours(2000), TimeSpan.FromHours(25), TimeSpan.FromHours(24));
        Assert.Equal(["timeouts.connect: is above 24h", "timeouts.total: is above 24h"], Errors(options));
    }

    [Theory]
    [InlineData("qwen3", 1, 1, "prices.qwen3: is not provider/model with a provider that is known; write for example openai/gpt-5")]
    [InlineData("nosuch/m", 1, 1, "prices.nosuch/m: is not provider/model with a provider that is known; write for example openai/gpt-5")]
    [InlineData("openai/", 1, 1, "prices.openai/: is not provider/model with a provider that is known; write for example openai/gpt-5")]
    [InlineData("openai/m", -1, 1, "prices.openai/m.prompt: -1 is not within 0..1000000; it is in US dollars for a million tokens")]
    [InlineData("x/m", 0, 1_000_001, "prices.x/m.completion: 1000001 is not within 0..1000000; it is in US dollars for a million tokens")]
    [InlineData("x/m/n", 0, 1, null)]
    public void Validate_Price_IsOfAModelAndNotNegative(string model, int prompt, int completion, string? error)
    {
        var options = new LlmProxyOptions { Prices = { [model] = new PriceOptions { Prompt = prompt, Completion = completion } } };
        options.Providers["x"] = new ProviderOptions { BaseUrl = "http://127.0.0.1:1/v1" };
        Assert.Equal(error is null ? [] : [error], Errors(options));
    }

    [Fact]
    public void Validate_BudgetsBeyondAnyFile_AreRefused()
    {
        const long Beyond = 1_000_000_000_000_001;
        var options = new LlmProxyOptions { Keys = { new ProxyKeyOptions { Key = "k", MaxTokens = Beyond, MaxCostUsd = Beyond, MaxRequests = long.MaxValue } } };
        (options.Budgets.MaxTokensPerRun, options.Budgets.MaxCostUsdPerRun, options.Budgets.MaxRequestsPerRun) = (Beyond, Beyond, Beyond);
        var errors = Errors(options);
        Assert.Equal(6, errors.Count);
        Assert.Equal("keys[0].maxRequests: 9223372036854775807 is above 1e15; leave it out for no limit", errors[2]);
        (options.Keys[0].MaxTokens, options.Keys[0].MaxCostUsd, options.Keys[0].MaxRequests) = (Beyond - 1, Beyond - 1, Beyond - 1);
        options.Budgets = new BudgetOptions();
        Assert.Empty(Errors(options));
    }

    [Theory]
    [InlineData("right ")]
    [InlineData(" right")]
    [InlineData("right\n")]
    [InlineData("ri ght")]
    public void Validate_KeyThatNoHeaderCanCarry_IsRefusedAndNotRepeated(string key)
    {
        var error = Assert.Single(Errors(new LlmProxyOptions { Keys = { new ProxyKeyOptions { Key = key } } }));
        Assert.StartsWith("keys[0].key: holds a space or a line break", error, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Trim(), error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://ann:hush@host/v1?key=hush", "ftp://[redacted]@host/v1?[redacted]")]
    [InlineData("ann:hush@host", "[redacted]@host")]
    [InlineData("http://ann:hu/s@h@ho st", "http://[redacted]@ho st")]
    [InlineData("host/v1", "host/v1")]
    public void Validate_BaseUrlWithPassword_IsNotRepeated(string url, string shown)
    {
        var options = new LlmProxyOptions();
        options.Providers["x"] = new ProviderOptions { BaseUrl = url };
        Assert.StartsWith($"providers.x.baseUrl: \"{shown}\" is not an http or https URL", Assert.Single(Errors(options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(false, null, false)]
    [InlineData(null, "up/m", false)]
    public void Registry_ProviderFreeByLoopback_IsToldOnce(bool? free, string? priced, bool told)
    {
        var options = ProxyHost.Options();
        options.Providers["up"] = new ProviderOptions { BaseUrl = "http://127.0.0.1:1/v1", Free = free };
        options.Providers["ollama"] = new ProviderOptions { BaseUrl = "http://127.0.0.1:2/v1" };
        options.Providers["far"] = new ProviderOptions { BaseUrl = "http://192.0.2.1/v1" };
        if (priced is not null)
        {
            options.Prices[priced] = new PriceOptions { Prompt = 1 };
        }

        var logs = new LogRecorder();
        using var factory = new LoggerFactory([logs]);
        using var providers = new ProviderRegistry(options, TimeProvider.System, factory.CreateLogger<ProviderRegistry>());
        Assert.Equal(told ? ["llm.free_by_loopback"] : [], logs.Lines.Select(line => line.Event));
        Assert.All(logs.Lines, line => Assert.StartsWith("up at http://127.0.0.1:1/v1 is on this host", line.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/v1")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/v1")]
    [InlineData("gpu-box", "http://gpu-box:11434/v1")]
    [InlineData("gpu-box:8080", "http://gpu-box:8080/v1")]
    [InlineData(":9999", "http://127.0.0.1:9999/v1")]
    [InlineData("https://ollama.example/", "https://ollama.example/v1")]
    public void Ollama_HostVariable_IsUnderstood(string? value, string expected)
    {
        var options = ProxyHost.Options(change: options => options.Environment = name => name == "OLLAMA_HOST" ? value : null);
        using var providers = new ProviderRegistry(options, TimeProvider.System);
        Assert.Equal(expected, providers.Find("ollama")!.Provider.Where);
    }

    [Fact]
    public void Key_FromFile_IsRead()
    {
        using var folder = new TempDirectory();
        var path = Path.Combine(folder.Path, "key");
        File.WriteAllText(path, "secret\n");
        var options = ProxyHost.Options(change: options => options.Environment = name => name == "CEREBRAS_API_KEY_FILE" ? path : null);
        using var providers = new ProviderRegistry(options, TimeProvider.System);
        Assert.Null(providers.Find("cerebras")!.Provider.MissingKey);
        Assert.Equal("OPENAI_API_KEY", providers.Find("openai")!.Provider.MissingKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public void Key_FileThatHoldsNone_IsAnError(string text)
    {
        using var folder = new TempDirectory();
        var path = folder.Write("key", text);
        var options = ProxyHost.Options(change: options => options.Environment = name => name == "OWN_KEY_FILE" ? path : null);
        options.Providers["own"] = new ProviderOptions { BaseUrl = "http://127.0.0.1:1/v1", KeyVariable = "OWN_KEY" };
        var error = Assert.Throws<LlmProxyConfigException>(() => new ProviderRegistry(options, TimeProvider.System));
        Assert.Equal($"OWN_KEY_FILE: {path} is empty; write the value into it, or unset OWN_KEY_FILE", Assert.Single(error.Errors));
    }

    [Fact]
    public void Key_VariableOfBlanks_IsNoKey()
    {
        var options = ProxyHost.Options(change: options => options.Environment = name => name == "OPENAI_API_KEY" ? "  " : null);
        using var providers = new ProviderRegistry(options, TimeProvider.System);
        Assert.Equal("OPENAI_API_KEY", providers.Find("openai")!.Provider.MissingKey);
    }

    [Theory]
    [InlineData("hu sh")]
    [InlineData("hush\nhush")]
    [InlineData("h\u00fcsh")]
    public void Key_ThatNoHeaderCanCarry_IsAnErrorThatDoesNotRepeatIt(string key)
    {
        var options = ProxyHost.Options(change: options => options.Environment = name => name == "CEREBRAS_API_KEY" ? key : null);

        var error = Assert.Throws<LlmProxyConfigException>(() => new ProviderRegistry(options, TimeProvider.System));

        Assert.Contains("CEREBRAS_API_KEY: holds a space, a line break", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Errors(LlmProxyOptions options)
    {
        try
        {
            LlmProxyOptionsValidator.Validate(options);
            return [];
        }
        catch (LlmProxyConfigException wrong)
        {
            return wrong.Errors;
        }
    }
}
