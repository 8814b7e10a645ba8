using ApeTest.Cli.Signals;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

/// <summary><c>ape-test sample NAME</c>: what it says of the target that it runs.</summary>
public sealed class SampleCommandTests
{
    [Theory]
    [InlineData("bank", "/openapi.json", "1000 users (user-0001 / pass-0001, …); Ctrl+C ends it\n")]
    [InlineData("board", "/graphql", "1000 users (user-0001 / pass-0001, …); Ctrl+C ends it\n")]
    [InlineData("llm", "/v1", "Ctrl+C ends it\n")]
    public async Task Sample_ANamedOne_SaysWhereItIsAndWhoLogsIn(string name, string entrance, string users)
    {
        using var cli = new CliHarness();
        var running = cli.RunAsync("sample", name, "--port", "0");
        await Task.WhenAny(cli.Flushed, running);
        cli.Signals.Send(StopSignal.Interrupt);

        var result = await running;

        Assert.Equal(ExitCodes.Done, result.Code);
        Assert.Matches($@"^{name} +http://127\.0\.0\.1:\d+/\nentrance http://127\.0\.0\.1:\d+{entrance}\n$", result.Out);
        Assert.Equal(users, result.Error);
    }
}
