using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Cli.Commands.Try;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.Cli.Tests;

public sealed class TryTests
{
    [Fact]
    public void Text_OfATrialWithEverything_IsGolden()
    {
        var text = Tell(environment => new TrialText(environment, new Paint(enabled: false), full: false));

        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u0007', text);
        Golden.Check("try.txt", text);
    }

    [Fact]
    public void Text_Full_CutsNothing()
    {
        var text = Tell(environment => new TrialText(environment, new Paint(enabled: false), full: true));

        Assert.Equal(400, Regex.Matches(text, "x{10,}").Sum(match => match.Length));
        Assert.DoesNotContain("--full", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_Coloured_SaysTheSame()
    {
        var plain = Tell(environment => new TrialText(environment, new Paint(enabled: false), full: false));
        var coloured = Tell(environment => new TrialText(environment, new Paint(enabled: true), full: false));

        Assert.Contains("\u001b[31m409 in 3.20 ms\u001b[0m", coloured, StringComparison.Ordinal);
        Assert.Equal(plain, Regex.Replace(coloured, "\u001b\\[[0-9]+m", string.Empty).Replace(" \n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Json_OfATrialWithEverything_IsOneDocumentALine()
    {
        var lines = Tell(environment => new TrialJson(environment)).TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(["begin", "started", "decided", "action", "decided", "action", "action", "model_failed", "decided", "recovered", "rejected", "decided", "decided", "action",
            "decided", "claimed", "result"], lines.Select(line => line.GetProperty("event").GetString()));
        Assert.Equal("/login", lines[3].GetProperty("path").GetString());
        Assert.Equal(7, lines[3].GetProperty("observation").GetProperty("body").GetProperty("userId").GetInt32());
        Assert.Equal(ExitCodes.ThresholdFailed, lines[^1].GetProperty("exit_code").GetInt32());
        Assert.Equal("stuck", lines[^1].GetProperty("session").GetProperty("outcome").GetString());
    }

    [Fact]
    public void Json_OfAJourney_NamesItAndNoModel()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var start = TryFixture.Start();
        var plan = start.Plan with { Scenario = start.Plan.Scenario with { Goals = [], Journeys = [new JourneySpec { Name = "browse" }] } };

        new TrialJson(Environment(output)).Begin(start with { Plan = plan });

        var begin = JsonDocument.Parse(output.ToString()).RootElement;
        Assert.Equal(("browse", "browse"), (begin.GetProperty("goal").GetString(), begin.GetProperty("journey").GetString()));
        Assert.Equal(JsonValueKind.Null, begin.GetProperty("model").ValueKind);
    }

    [Fact]
    public async Task Try_Demonstration_ProvesItsSuccessAndKeepsItInAFileThatIsValid()
    {
        using var cli = new CliHarness();

        var tried = await cli.RunAsync("try", "--seed", "42", "--row", "3", "--save", "shop.yaml");
        var validated = await cli.RunAsync("validate", "shop.yaml");

        Assert.True(tried.Code == ExitCodes.Done, tried.Out + tried.Error);
        Assert.Contains("Log in as user-0003 / {{user.password}}, ", tried.Out, StringComparison.Ordinal);
        Assert.Contains("evidence ok  checkout = 201  action 4: 201, orderId=ord-", tried.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-0003", tried.Out, StringComparison.Ordinal);
        Assert.Contains("ape-test shop", tried.Error, StringComparison.Ordinal);
        Assert.True(validated.Code == ExitCodes.Done, validated.Error);
        Assert.Contains("operation: checkout # file:", validated.Out, StringComparison.Ordinal);
        // A run like any other: its trace is in the logs.
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(cli.Directory.Path)));
        Assert.Equal(1, RunDirectoryReader.ReadSummary(run)!.Sessions.Succeeded);
        Assert.True(RunDirectoryReader.IsTrial(run));
    }

    [Fact]
    public async Task DryRun_Demonstration_SaysWhatProvesEachGoal()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("validate", "--dry-run");

        Assert.True(result.Code == ExitCodes.Done, result.Out + result.Error);
        Assert.Contains("goal     buy-coffee", result.Out, StringComparison.Ordinal);
        Assert.Contains("evidence ok  checkout = 201", result.Out, StringComparison.Ordinal);
        Assert.EndsWith("\n1 of 1 goal succeeded\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_SignalBeforeTheSession_Exits130()
    {
        using var cli = new CliHarness();
        var running = cli.RunAsync("try", "--think", "1h");
        await cli.Signals.Subscribed;

        cli.Signals.Send(StopSignal.Interrupt);

        Assert.Equal(ExitCodes.Interrupted, (await running).Code);
    }

    [Theory]
    [InlineData(2, "has no goal or journey 'buy-cofee'", "Did you mean 'buy-coffee'?", "--pick", "buy-cofee")]
    [InlineData(2, "--row '0' is not a row", "counted from 1", "--row", "0")]
    [InlineData(2, "taken.yaml exists already", "--force", "--save", "taken.yaml")]
    [InlineData(2, "folder is a directory", "Name a file", "--save", "folder")]
    [InlineData(3, "no such directory", "Name a file", "--save", "nowhere/x.yaml")]
    [InlineData(2, "unknown option '--agents'", "ape-test try --help", "--agents", "5")]
    [InlineData(2, "unknown option '--rate'", "ape-test try --help", "--rate", "5/s")]
    [InlineData(2, "unknown option '--threshold'", "ape-test try --help", "--threshold", "ttft_p95<1s")]
    public async Task Try_WrongInput_SaysWhatAndStartsNothing(int code, string message, string hint, params string[] arguments)
    {
        using var cli = new CliHarness();
        await File.WriteAllTextAsync(cli.Directory.Combine("taken.yaml"), "mine", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(cli.Directory.Combine("folder"));

        var result = await cli.RunAsync(["try", .. arguments]);

        Assert.Equal(code, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains(hint, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
        Assert.Equal("mine", await File.ReadAllTextAsync(cli.Directory.Combine("taken.yaml"), TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(cli.Directory.Combine(".ape")));
    }

    [Theory]
    [InlineData("\n", "ape.yaml")]
    [InlineData("mine.yaml\n", "mine.yaml")]
    [InlineData("n\n", null)]
    [InlineData("", null)]
    public async Task Try_OnATerminal_AsksWhetherToSave(string answer, string? saved)
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliHarness { Terminal = true, Input = answer };
        var (number, pin) = LibraryApi.Card(1);

        var result = await cli.RunAsync("try", "--target", library.Url.ToString(), "--goal", $"Sign in with library card {number} and PIN {pin}, borrow the book \"Frankenstein\"",
            "--success", "borrowBook=201");

        Assert.True(result.Code == ExitCodes.Done, result.Out + result.Error);
        Assert.Contains("save as scenario? Enter for ape.yaml, another name, or n: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(saved is null ? [] : [saved], Directory.GetFiles(cli.Directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Try_SaveOfSecretRowsInAScenario_IsRefusedBeforeTheSession()
    {
        using var cli = new CliHarness();
        await File.WriteAllTextAsync(cli.Directory.Combine("mine.yaml"), """
            target: { url: http://127.0.0.1:1 }
            data: { user: { rows: [ { name: ann, password: hunter2 } ] } }
            secrets: [ user.password ]
            goals: [ { goal: "Log in as {{user.name}} / {{user.password}}", success: login } ]
            """, TestContext.Current.CancellationToken);

        var result = await cli.RunAsync("try", "mine.yaml", "--save", "other.yaml");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("feed 'user' holds secret values", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(cli.Directory.Combine("other.yaml")));
    }

    private static string Tell(Func<CliEnvironment, ITrialView> view)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var told = view(Environment(output));
        var start = TryFixture.Start();
        told.Begin(start);
        foreach (var happened in TryFixture.Stuck())
        {
            told.Show(happened);
        }
        told.End(new TrialResult(start, TryFixture.Stuck(), TryFixture.Summary(), null));
        return output.ToString();
    }

    private static CliEnvironment Environment(TextWriter output) => new()
    {
        Out = output,
        Error = TextWriter.Null,
        In = TextReader.Null,
        Variables = new Dictionary<string, string>(),
        CurrentDirectory = "/",
        Time = TimeProvider.System,
        Signals = new FakeSignals(),
    };
}
