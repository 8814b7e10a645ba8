using System.Text.Json;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

public sealed class ValidateTests
{
    private const string Shop = """
        name: shop-checkout
        target: { url: http://127.0.0.1:5080, openapi: /openapi/v1.json, headers: { X-Api-Key: "${SHOP_KEY}" } }
        agents: 50
        data: { user: { rows: [ { name: ann, password: topsecret } ] } }
        secrets: [ user.password ]
        goals:
          - name: buy
            goal: Log in as {{user.name}} / {{user.password}}, buy coffee.
            success: checkout=201
        """;

    [Fact]
    public async Task Validate_FileEnvironmentAndFlags_ShowsEachValueWithItsSource()
    {
        using var cli = new CliHarness();
        cli.Directory.Write("shop.yaml", Shop);
        cli.Variables["SHOP_KEY"] = "hush";
        cli.Variables["APETEST_SCENARIO__SEED"] = "7";

        var result = await cli.RunAsync("validate", "shop.yaml", "--agents", "200", "--threshold", "ttft_p95 < 500ms");

        Assert.Equal(string.Empty, result.Error);
        Assert.Equal(0, result.Code);
        Assert.Contains("agents: 200 # cli:--agents", result.Out, StringComparison.Ordinal);
        Assert.Contains("seed: 7 # env:APETEST_SCENARIO__SEED", result.Out, StringComparison.Ordinal);
        Assert.Matches("ttft_p95: .*# cli:--threshold", result.Out);
        Assert.Matches("name: shop-checkout # file:1", result.Out);
        Assert.DoesNotContain("topsecret", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_JourneyThatNeverThinks_WarnsAndPasses()
    {
        using var cli = new CliHarness();
        cli.Directory.Write("one.yaml", "target: { url: \"http://127.0.0.1:5080\" }\njourneys: [ { name: one, think: 1s, steps: [ { get: / } ] } ]");

        var result = await cli.RunAsync("validate", "one.yaml");

        Assert.Equal(0, result.Code);
        Assert.Contains("warning: journey `one` has one request and never thinks", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_NoFileButApeYaml_ReadsIt()
    {
        using var cli = new CliHarness();
        cli.Directory.Write("ape.yaml", Shop);
        cli.Variables["SHOP_KEY"] = "hush";

        var result = await cli.RunAsync("validate");

        Assert.Equal(0, result.Code);
        Assert.Contains("name: shop-checkout", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_NothingGiven_IsTheDemonstrationAndShowsNoPassword()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("validate");

        Assert.Equal(0, result.Code);
        Assert.Contains("demonstration", result.Error, StringComparison.Ordinal);
        Assert.Contains("name: sample-shop", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-0001", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_SeveralErrors_TellsAllAndExits2()
    {
        using var cli = new CliHarness();
        cli.Directory.Write("bad.yaml", "target: { url: ftp://x }\nagnets: 5\nagents: 0\ngoals: [ { goal: buy } ]\n");

        var result = await cli.RunAsync("validate", "bad.yaml", "--duration", "-3s");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains("bad.yaml:1", result.Error, StringComparison.Ordinal);
        Assert.Contains("bad.yaml:2", result.Error, StringComparison.Ordinal);
        Assert.Contains("`agents`", result.Error, StringComparison.Ordinal);
        Assert.Contains("bad.yaml:3", result.Error, StringComparison.Ordinal);
        Assert.Contains("--duration", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ValidateJson_SeveralErrors_TellsEachWithItsPlace()
    {
        using var cli = new CliHarness();
        cli.Directory.Write("bad.yaml", "target: { url: http://127.0.0.1:5080 }\nagnets: 5\nagents: 0\ngoals: [ { goal: buy } ]\n");

        var result = await cli.RunAsync("validate", "bad.yaml", "--duration", "-3s", "--format", "json");

        Assert.Equal((ExitCodes.Input, string.Empty), (result.Code, result.Error));
        using var document = JsonDocument.Parse(result.Out);
        Assert.False(document.RootElement.GetProperty("valid").GetBoolean());
        var problems = document.RootElement.GetProperty("problems").EnumerateArray().ToList();
        var typo = Assert.Single(problems, problem => problem.GetProperty("path").GetString() == "agnets");
        Assert.Equal(("bad.yaml", 2, 1, "unknown field", "Did you mean `agents`?"), (Path.GetFileName(typo.GetProperty("file").GetString()), typo.GetProperty("line").GetInt32(),
            typo.GetProperty("column").GetInt32(), typo.GetProperty("message").GetString(), typo.GetProperty("hint").GetString()));
        var flag = Assert.Single(problems, problem => problem.GetProperty("where").GetString() == "--duration");
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (flag.GetProperty("file").ValueKind, flag.GetProperty("line").ValueKind));
    }

    [Fact]
    public async Task ValidateJson_Valid_SaysSoWithItsNotes()
    {
        using var cli = new CliHarness();
        cli.Directory.Write("one.yaml", "target: { url: \"http://127.0.0.1:5080\" }\njourneys: [ { name: one, think: 1s, steps: [ { get: / } ] } ]");

        var result = await cli.RunAsync("validate", "one.yaml", "--format", "json");

        Assert.Equal((0, string.Empty), (result.Code, result.Error));
        using var document = JsonDocument.Parse(result.Out);
        Assert.True(document.RootElement.GetProperty("valid").GetBoolean());
        Assert.Equal(0, document.RootElement.GetProperty("problems").GetArrayLength());
        Assert.Contains("never thinks", Assert.Single(document.RootElement.GetProperty("notes").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.yaml")]
    [InlineData("--insecure")]
    public async Task ValidateJson_NoScenario_IsAProblemToo(string argument)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("validate", argument, "--format", "json");

        Assert.Equal((ExitCodes.Input, string.Empty), (result.Code, result.Error));
        using var document = JsonDocument.Parse(result.Out);
        Assert.NotEqual(string.Empty, Assert.Single(document.RootElement.GetProperty("problems").EnumerateArray()).GetProperty("message").GetString());
    }

    [Fact]
    public async Task ValidateJson_DryRun_IsRefused()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("validate", "--dry-run", "--format", "json");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.StartsWith("error: --format json", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.yaml")]
    [InlineData(".")]
    public async Task Validate_FileThatCannotBeRead_Exits2(string file)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("validate", file);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mtba_activ_p95 < 1s")]
    [InlineData("mtba_active_p95")]
    [InlineData("")]
    public async Task Validate_ThresholdThatMeansNothing_Exits2(string threshold)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("validate", "--threshold", threshold);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_GoalWithoutTarget_NamesTheField()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("validate", "--goal", "Buy tea");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("target", result.Error, StringComparison.Ordinal);
    }
}
