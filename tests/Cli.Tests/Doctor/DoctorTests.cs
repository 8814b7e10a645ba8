using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ApeTest.Cli.Commands.Doctor;
using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.Cli.Tests.Doctor;

public sealed class DoctorTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public void Dispose()
    {
        _directory.Dispose();
        _out.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Doctor_AllWell_IsGolden(int width)
    {
        Assert.Equal(ExitCodes.Done, await RunAsync(new FakeMachine(), width: width));

        Golden.Check($"doctor-well-{width}.txt", _out.ToString(), Beside());
    }

    [Fact]
    public async Task Doctor_MuchWrong_NamesEachFixAndExits3()
    {
        await File.WriteAllTextAsync(_directory.Combine("ape.yaml"), "target: { url: \"http://127.0.0.1:9\" }\nagents: 5000\nllm: { model: openai/gpt-4o }\ngoals: [ { goal: Buy coffee., success: checkout=201 } ]\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_directory.Combine("ape.mcp-gateway.json"), "{\"targets\":[{\"name\":\"shop\"}]}", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(_directory.Combine(".git"));
        var machine = new FakeMachine { Limits = new MachineLimits { OpenFiles = 1024 }, Free = 20_000_000, Writable = false, Built = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) };
        machine.Programs.Remove("dotnet --list-sdks");
        machine.Programs["docker version"] = (1, "Cannot connect to the Docker daemon.");
        machine.Taken.Add(5080);
        machine.Taken.Add(5300);

        Assert.Equal(ExitCodes.Environment, await RunAsync(machine));

        Golden.Check("doctor-ill.txt", _out.ToString(), Beside());
    }

    [Fact]
    public async Task Doctor_OfABuildOnTheFullFeed_SaysSo()
    {
        await RunAsync(new FakeMachine { Feed = "full" });

        Assert.Contains("full: everything is built in", _out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("partial", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_Json_SaysTheSame()
    {
        var machine = new FakeMachine();
        machine.Taken.Add(5100);

        Assert.Equal(ExitCodes.Done, await RunAsync(machine, json: true));

        using var document = JsonDocument.Parse(_out.ToString());
        Assert.Equal(("apetest.doctor/1", 0, 1), (document.RootElement.GetProperty("schema").GetString(), document.RootElement.GetProperty("problems").GetInt32(), document.RootElement.GetProperty("warnings").GetInt32()));
        var finding = Assert.Single(document.RootElement.GetProperty("findings").EnumerateArray(), static each => each.GetProperty("level").GetString() == "warning");
        Assert.Equal(("ports", "ape-test gateway --port 0"), (finding.GetProperty("check").GetString(), finding.GetProperty("fix").GetString()));
    }

    [Fact]
    public async Task Doctor_Fix_SaysWhatItDoesAndDoesIt()
    {
        Directory.CreateDirectory(_directory.Combine(".git"));

        Assert.Equal(ExitCodes.Done, await RunAsync(new FakeMachine(), fix: true));

        Assert.Contains("add the line .ape/ to .gitignore", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(".ape/\n", await File.ReadAllTextAsync(_directory.Combine(".gitignore"), TestContext.Current.CancellationToken));
        Assert.True(Directory.Exists(_directory.Combine(".ape", "runs")));
        Assert.DoesNotContain("warning", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ARunWasKilled_TokenIsRemovedByFixOnly()
    {
        var run = Directory.CreateDirectory(_directory.Combine(".ape", "runs", "20261121-131502-7f3a")).FullName;
        await File.WriteAllTextAsync(Path.Combine(run, "control.token"), "t", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(run + ".prometheus.json", "[]", TestContext.Current.CancellationToken);

        await RunAsync(new FakeMachine());
        Assert.True(File.Exists(Path.Combine(run, "control.token")));
        Assert.Contains("20261121-131502-7f3a", _out.ToString(), StringComparison.Ordinal);
        await RunAsync(new FakeMachine(), fix: true);

        Assert.Equal([run], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(run)!));
        Assert.Empty(Directory.EnumerateFileSystemEntries(run));
    }

    [Fact]
    public async Task Doctor_ARunThatIsAboutToBegin_KeepsItsToken()
    {
        var run = Directory.CreateDirectory(_directory.Combine(".ape", "runs", "20261122-055900-7f3a")).FullName;
        await File.WriteAllTextAsync(Path.Combine(run, "control.token"), "t", TestContext.Current.CancellationToken);

        await RunAsync(new FakeMachine(), fix: true);

        Assert.True(File.Exists(Path.Combine(run, "control.token")));
    }

    [Fact]
    public async Task Doctor_ATargetThatIsThere_IsReadAndItsGoalsJudged()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_directory.Combine("ape.yaml"), $"target: {{ url: \"{library.Url}\" }}\ngoals: [ {{ goal: Borrow a book. }} ]\n", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Done, await RunAsync(new FakeMachine()));

        Assert.Contains("operations at http", _out.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 can be judged, oracle derived", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_TheTargetsClockIsFarAway_IsAWarningWithItsFix()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_directory.Combine("ape.yaml"), $"target: {{ url: \"{library.Url}\" }}\ngoals: [ {{ goal: Borrow a book. }} ]\n", TestContext.Current.CancellationToken);

        await RunAsync(new FakeMachine(), time: new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(-10)));
        Assert.Contains("behind the target's", _out.ToString(), StringComparison.Ordinal);
        Assert.Contains("timedatectl", _out.ToString(), StringComparison.Ordinal);

        _out.GetStringBuilder().Clear();
        await RunAsync(new FakeMachine(), time: new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        Assert.DoesNotContain("the target's (", _out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Doctor_BelowTheRootOfARepository_LooksAtWhatGitIgnores(bool isWorktree)
    {
        using var root = new TempDirectory();
        if (isWorktree)
        {
            await File.WriteAllTextAsync(root.Combine(".git"), "gitdir: elsewhere", TestContext.Current.CancellationToken);
        }
        else
        {
            Directory.CreateDirectory(root.Combine(".git"));
        }
        var below = Directory.CreateDirectory(root.Combine("load", "shop")).FullName;

        await RunAsync(new FakeMachine(), directory: below);
        Assert.Contains(".gitignore does not name .ape/", _out.ToString(), StringComparison.Ordinal);

        _out.GetStringBuilder().Clear();
        await File.WriteAllTextAsync(root.Combine(".gitignore"), ".ape/\n", TestContext.Current.CancellationToken);
        await RunAsync(new FakeMachine(), directory: below);
        Assert.Contains("runs are ignored", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_AScenarioThatIsNotThere_SaysHowToGetOne()
    {
        Assert.Equal(ExitCodes.Environment, await RunAsync(new FakeMachine(), scenario: "nowhere.yaml"));

        Assert.Contains("there is no file nowhere.yaml", _out.ToString(), StringComparison.Ordinal);
        Assert.Contains("ape-test init", _out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ape-test validate nowhere.yaml", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_AStackWithoutItsSecrets_IsCompletedByFix()
    {
        using var cli = new CliHarness();
        await cli.RunAsync("init", "-y");
        // A fresh clone: what git ignores is not there.
        Directory.Delete(cli.Directory.Combine("ape.stack", "secrets"), recursive: true);
        File.Delete(cli.Directory.Combine("ape.stack", ".env"));

        await RunAsync(new FakeMachine(), directory: cli.Directory.Path);
        Assert.Contains("ape.stack has no secrets/service_token and no .env", _out.ToString(), StringComparison.Ordinal);
        _out.GetStringBuilder().Clear();
        await RunAsync(new FakeMachine(), fix: true, directory: cli.Directory.Path);

        Assert.Contains("ape.docker-compose.yml has its files", _out.ToString(), StringComparison.Ordinal);
        Assert.Equal(64, new FileInfo(cli.Directory.Combine("ape.stack", "secrets", "service_token")).Length);
        Assert.Contains("APE_UID=", await File.ReadAllTextAsync(cli.Directory.Combine("ape.stack", ".env"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_AHostThatNeverAnswers_IsAFindingWithinItsLimit()
    {
        // It accepts, and says nothing.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        await File.WriteAllTextAsync(_directory.Combine("ape.yaml"), $"target: {{ url: \"http://{silent.LocalEndPoint}\" }}\ngoals: [ {{ goal: Borrow a book. }} ]\n", TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero));

        var run = RunAsync(new FakeMachine(), time: time);
        while (!run.IsCompleted)
        {
            time.Advance(DoctorRun.Limit);
            await Task.WhenAny(run, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        Assert.Equal(ExitCodes.Environment, await run);
        Assert.Contains("no answer within", _out.ToString(), StringComparison.Ordinal);
    }

    // The golden files of all commands lie in one folder, above this one.
    private static string Beside([CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "..", "any");

    private Task<int> RunAsync(FakeMachine machine, bool json = false, bool fix = false, int width = 80, TimeProvider? time = null, string? directory = null, string? scenario = null) => new DoctorRun(new CliEnvironment
    {
        Out = _out,
        Error = _error,
        In = TextReader.Null,
        Width = width,
        Variables = _variables,
        CurrentDirectory = directory ?? _directory.Path,
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero)),
        Signals = new FakeSignals(),
    }, machine, scenario).RunAsync(json, fix, color: false, TestContext.Current.CancellationToken);
}
