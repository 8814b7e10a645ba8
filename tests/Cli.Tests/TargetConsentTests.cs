using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Tests;

public sealed class TargetConsentTests
{
    private const string Far = "https://shop.example/";

    [Theory]
    [InlineData("http://127.0.0.1:5080/", false, false, "")]
    [InlineData("http://localhost/", false, false, "")]
    [InlineData(Far, true, false, "")]
    [InlineData(Far, false, true, "y\n")]
    public void Ask_LoopbackOrAgreed_GoesOn(string url, bool confirmed, bool terminal, string answer)
    {
        var (consent, error) = Consent(confirmed, terminal, answer);

        consent.Ask(Scenario(url), ToolCatalog.Generic(new Uri(url)));

        Assert.Equal(answer.Length > 0, error.ToString().Contains(Far, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "n\n")]
    [InlineData(true, "")]
    [InlineData(false, "y\n")]
    public void Ask_NotAgreed_Exits2(bool terminal, string answer)
    {
        var (consent, _) = Consent(confirmed: false, terminal, answer);

        var exception = Assert.Throws<ApeTestException>(() => consent.Ask(Scenario(Far), ToolCatalog.Generic(new Uri(Far))));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Equal(!terminal, exception.Hint?.Contains("-y", StringComparison.Ordinal) ?? false);
    }

    private static (TargetConsent Consent, StringWriter Error) Consent(bool confirmed, bool terminal, string answer)
    {
        var error = new StringWriter();
        return (new TargetConsent(new CliEnvironment
        {
            Out = TextWriter.Null,
            Error = error,
            In = new StringReader(answer),
            InputIsTerminal = terminal,
            ErrorIsTerminal = terminal,
            Variables = new Dictionary<string, string>(),
            CurrentDirectory = AppContext.BaseDirectory,
            Time = TimeProvider.System,
            Signals = new FakeSignals(),
        }, confirmed), error);
    }

    private static Scenario Scenario(string url) => new() { Name = "x", Target = new TargetSpec { Url = new Uri(url) } };
}
