using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

public sealed class ParseErrorTests
{
    public static TheoryData<string, string> Lines => new()
    {
        { "", "error: no command given" },
        { "help strat", "error: unknown command 'strat'" },
        { "strat", "error: unknown command 'strat'\n  did you mean 'start'?" },
        { "strat --agents 3", "error: unknown command 'strat'\n  did you mean 'start'?" },
        { "--no-color reprot --format md", "error: unknown command 'reprot'\n  did you mean 'report'?" },
        { "run shop.yaml", "error: unknown command 'run'\n  did you mean 'start'?" },
        { "start --vus 5", "error: unknown option '--vus' for 'ape-test start'\n  did you mean '--agents'?" },
        { "runs -o x", "error: unknown option '-o' for 'ape-test runs'\n  see 'ape-test runs --help'" },
        { "start --agnets 3", "error: unknown option '--agnets' for 'ape-test start'\n  did you mean '--agents'?" },
        { "start --agent 3", "did you mean '--agents'?" },
        { "start --agent=3", "error: unknown option '--agent' for 'ape-test start'" },
        { "start -x", "error: unknown option '-x' for 'ape-test start'" },
        { "start --rat 5/s", "error: unknown option '--rat' for 'ape-test start'\n  did you mean '--rate'?" },
        { "start --rate 5", "error: --rate: load.rate: " },
        { "start --rate fast", "error: --rate: load.rate: " },
        { "start --insecure", "error: --insecure says how to reach a target, and no target is named\n  Add --target URL" },
        { "start --openapi x.json", "error: --openapi says how to reach a target" },
        { "start --header X-A:1", "error: --header says how to reach a target" },
        { "start --auth bearer:x --auth bearer:y", "error: option '--auth' expects a single argument but 2 were provided" },
        { "start --threshold errors<5 --threshold errors<6", "error: --threshold is given twice for errors\n  Keep one of the two." },
        { "start --duration 0", "error: --duration: duration: must be longer than 0 (got 0)" },
        { "start --success x --goal y", "target.url: is required" },
        { "start --success x --target http://127.0.0.1:9", "--goal" },
        { "start --agents", "error: required argument missing for option: '--agents'" },
        { "start --agents 1 --agents 2", "error: option '--agents' expects a single argument but 2 were provided" },
        { "start a.yaml b.yaml", "error: unexpected argument 'b.yaml' for 'ape-test start'\n  a value with spaces needs quotes" },
        { "start --format xml", "error: --format 'xml' is unknown\n  Use text or json." },
        { "runs --format xml", "error: --format 'xml' is unknown" },
        { "runs extra", "error: unexpected argument 'extra'" },
        { "logs --level fatal", "error: --level 'fatal' is unknown\n  Known are trace, debug, info, warn, error." },
        { "logs --service gatway", "error: --service 'gatway' is unknown\n  Did you mean gateway?" },
        { "logs --since yesterday", "error: --since 'yesterday' is not a duration" },
        { "shop --port 70000", "error: --port '70000' is not a whole number from 0 to 65535" },
        { "shop --fail 2", "error: --fail '2' is not a share from 0 to 1" },
        { "shop --latency fast", "error: --latency 'fast' is not a duration" },
        { "shop --products 3", "Products must be" },
        { "status 7f3a", "error: There are no runs in" },
        { "stop", "error: There are no runs in" },
        { "logs", "error: There are no runs in" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Line_ThatIsWrong_SaysWhatAndHowAndExits2(string line, string expected)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Empty(result.Out);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Fact]
    public async Task OptionValue_ThatLooksLikeAnOption_IsTheValueWhenJoined()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("validate", "--target", "http://127.0.0.1:9", "--goal=--agnets", "--success", "x");

        Assert.Equal(0, result.Code);
        Assert.Contains("--agnets", result.Out, StringComparison.Ordinal);
    }
}
