using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;

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
}
