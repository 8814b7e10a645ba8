using ApeTest.Scenarios;

namespace ApeTest.Gateway.Tests;

public sealed class GatewayArgumentsTests
{
    [Theory]
    [InlineData("--urls", "http://127.0.0.1:5100", "--config", "g.json")]
    [InlineData("--config=g.json", "--urls=http://127.0.0.1:5100")]
    public void Parse_KnownFlags_BothForms(params string[] args) =>
        Assert.Equal(new GatewayArguments("http://127.0.0.1:5100", "g.json", Help: false), GatewayArguments.Parse(args));

    [Fact]
    public void Parse_Nothing_IsTheDefaults() => Assert.Equal(new GatewayArguments(null, null, Help: false), GatewayArguments.Parse([]));

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Parse_Help_WinsOverTheRest(string flag) => Assert.True(GatewayArguments.Parse(["--config", "x", flag, "--nonsense"]).Help);

    [Theory]
    [InlineData("'--confg' is not a known flag", "--confg", "g.json")]
    [InlineData("'g.json' is not a known flag", "g.json")]
    [InlineData("--config has no value", "--config")]
    [InlineData("--config has no value", "--config=")]
    [InlineData("--urls is given twice", "--urls", "http://127.0.0.1:1", "--urls", "http://127.0.0.1:2")]
    [InlineData("--urls '5100' is not an http address", "--urls", "5100")]
    [InlineData("--urls 'https://127.0.0.1:1' is not an http address", "--urls", "https://127.0.0.1:1")]
    [InlineData("--urls 'http://somewhere:1' is not an http address", "--urls", "http://somewhere:1")]
    [InlineData("--urls 'http://127.0.0.1:70000' is not an http address", "--urls", "http://127.0.0.1:70000")]
    [InlineData("--urls 'http://127.0.0.1:1/base' is not an http address", "--urls", "http://127.0.0.1:1/base")]
    public void Parse_Wrong_SaysWhatAndNamesTheKnownFlags(string expected, params string[] args)
    {
        var exception = Assert.Throws<ApeTestException>(() => GatewayArguments.Parse(args));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("--urls, --config, --help", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Slip_IsNamed() => Assert.Contains("Did you mean --config?", Assert.Throws<ApeTestException>(static () => GatewayArguments.Parse(["--confg", "x"])).Hint, StringComparison.Ordinal);
}
