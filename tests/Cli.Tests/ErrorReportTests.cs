namespace ApeTest.Cli.Tests;

public sealed class ErrorReportTests
{
    [Fact]
    public async Task Error_ThatRepeatsWhatATerminalWouldObey_IsText()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("logs", "--service", "gate\u001b[2Jway\u202e");

        Assert.Equal(2, result.Code);
        Assert.StartsWith("error: --service 'gate [2Jway ' is unknown\n", result.Error, StringComparison.Ordinal);
    }
}
