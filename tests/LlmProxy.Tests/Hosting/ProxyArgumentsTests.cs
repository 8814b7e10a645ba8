using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Hosting;
using ApeTest.LlmProxy.Options;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Hosting;

public sealed class ProxyArgumentsTests
{
    [Fact]
    public void Parse_BothSpellings_AreRead()
    {
        var read = ProxyArguments.Parse(["--urls=http://127.0.0.1:5201", "--config", "p.json", "--model", "ollama/x", "--cassette", "c", "--cassette-mode=replay", "--cassette-speed", "0", "--budget-file", "b"]);

        Assert.Equal(new ProxyArguments(new ProxyFlags { Config = "p.json", Model = "ollama/x", Cassette = "c", CassetteMode = "replay", CassetteSpeed = "0", BudgetFile = "b" }, "http://127.0.0.1:5201"), read);
        Assert.Equal("default", ProxyArguments.Parse(["--new-key"]).NewKey);
        Assert.Equal("ci", ProxyArguments.Parse(["--new-key", "ci"]).NewKey);
        Assert.True(ProxyArguments.Parse(["--config", "x", "--help"]).Help);
    }

    [Theory]
    [InlineData("'--conf' is not a known flag", "--conf", "x")]
    [InlineData("'x' is not a known flag", "x")]
    [InlineData("--config has no value", "--config")]
    [InlineData("--config has no value", "--config", "--model", "x")]
    [InlineData("--new-key has no value", "--new-key", "")]
    [InlineData("--new-key has no value", "--new-key=")]
    [InlineData("--model is given twice", "--model", "a/b", "--model=a/b")]
    [InlineData("--urls 'https://127.0.0.1:1' is not an http address", "--urls", "https://127.0.0.1:1")]
    [InlineData("--urls 'http://example.com:80' is not an http address", "--urls", "http://example.com:80")]
    [InlineData("--urls 'http://127.0.0.1:99999' is not an http address", "--urls", "http://127.0.0.1:1;http://127.0.0.1:99999")]
    public void Parse_Wrong_SaysWhat(string error, params string[] args) =>
        Assert.Contains(error, Assert.Throws<LlmProxyConfigException>(() => ProxyArguments.Parse(args)).Message, StringComparison.Ordinal);

    [Fact]
    public void ToOptions_FlagsAndFile_FlagsWinAndPathsStartWhereTheyAreWritten()
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(Path.Combine(directory.Path, "sub"));
        directory.Write("sub/p.json", """{ "defaultModel": "ollama/a", "budgets": { "file": "b" }, "cassette": { "file": "c", "mode": "replay", "speed": 3 } }""");

        var fromFile = new ProxyFlags { Config = "sub/p.json" }.ToOptions(_ => null, directory.Path);
        var flags = new ProxyFlags { Model = "ollama/b", BudgetFile = "b2", Cassette = "c2", CassetteMode = "record", CassetteSpeed = "0" }
            .ToOptions(name => name == "APETEST_LLMPROXY__CONFIG" ? "sub/p.json" : null, directory.Path);

        Assert.Equal(("ollama/a", Path.Combine(directory.Path, "sub", "b"), Path.Combine(directory.Path, "sub", "c"), CassetteMode.Replay, 3),
            (fromFile.DefaultModel, fromFile.Budgets.File, fromFile.Cassette.File, fromFile.Cassette.Mode, fromFile.Cassette.Speed));
        Assert.Equal(("ollama/b", Path.Combine(directory.Path, "b2"), Path.Combine(directory.Path, "c2"), CassetteMode.Record, 0),
            (flags.DefaultModel, flags.Budgets.File, flags.Cassette.File, flags.Cassette.Mode, flags.Cassette.Speed));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Draw_EmptyName_IsRefused(string name) =>
        Assert.Contains("the name is empty", Assert.Throws<LlmProxyConfigException>(() => NewProxyKey.Draw(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Draw_Entry_HoldsTheHashOfTheKeyOnly()
    {
        var drawn = NewProxyKey.Draw("a \"b\"");

        using var entry = JsonDocument.Parse(drawn.Entry);
        Assert.Equal("a \"b\"", entry.RootElement.GetProperty("name").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(drawn.Key))), entry.RootElement.GetProperty("keySha256").GetString());
        Assert.DoesNotContain(drawn.Key, drawn.Entry, StringComparison.Ordinal);
        Assert.NotEqual(drawn.Key, NewProxyKey.Draw("a").Key);
    }
}
