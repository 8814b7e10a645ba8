using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Cli.Tests.Readiness;

public sealed class GeneratorLimitsTests
{
    private static readonly MachineLimits Machine = new() { OpenFiles = 20_000, Ports = 28_232, MemoryBytes = 8_000_000_000 };

    [Fact]
    public void OfProcess_OnLinux_KnowsEachLimit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits are read from /proc");

        var limits = MachineLimits.OfProcess();

        Assert.True(limits.Ports > 0);
        Assert.True(limits.MemoryBytes > 0);
        // .NET has raised its own soft limit; a limit that is unlimited is null.
        var line = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(line[4], line[3]);
        Assert.Equal(line[3], limits.OpenFiles?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unlimited");
    }

    [Theory]
    [InlineData("32768\t60999\n", 28_232L)]
    [InlineData("garbage", null)]
    [InlineData("2 1", null)]
    public void PortsOf_Text_IsTheirNumber(string text, long? expected) => Assert.Equal(expected, MachineLimits.PortsOf(text));

    [Theory]
    [InlineData(1000, true, "remote")]
    [InlineData(2200, true, "remote")]
    [InlineData(3000, false, "in-process")]
    public void Check_AgentsThatFit_SaysNothing(int agents, bool shop, string gateway) =>
        Assert.Null(GeneratorLimits.Check(Scenario(agents, gateway), shop, Machine));

    [Fact]
    public void Check_MoreThanSeventyPercent_Warns()
    {
        var warning = GeneratorLimits.Check(Scenario(3000), shopIsHere: true, Machine);

        Assert.StartsWith("warning: 3,000 agents come near a limit of this process: up to 18,300 open files are needed, 20,000 are allowed", warning, StringComparison.Ordinal);
        Assert.Contains("6 x 3,000 + 300", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4000, true, "remote", "builtin/planner", "6 x 4,000 + 300 of ApeTest's own = 24,300", "at most 3,283 agents, or set `gateway: in-process`")]
    [InlineData(4000, false, "remote", "builtin/planner", "5 x 4,000 + 300", "at most 3,940 agents")]
    [InlineData(7000, false, "in-process", "builtin/planner", "3 x 7,000 + 300", "at most 6,566 agents.")]
    [InlineData(5000, false, "remote", "openai/x", "+ 256 from model proxy to provider = 25,556", "at most 3,888 agents")]
    public void Check_TooManyOpenFiles_Exits3WithTheArithmetic(int agents, bool shop, string gateway, string model, string arithmetic, string fix)
    {
        var exception = Assert.Throws<ApeTestException>(() => GeneratorLimits.Check(Scenario(agents, gateway, model), shop, Machine));

        Assert.Equal(ExitCodes.Environment, exception.ExitCode);
        Assert.Contains("agents do not fit in this process", exception.Message, StringComparison.Ordinal);
        Assert.Contains(arithmetic, exception.Hint, StringComparison.Ordinal);
        Assert.Contains(fix, exception.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "up to 420 open files are needed, 200 are allowed", "no number of agents fits in so few")]
    [InlineData(300, "300 are allowed", "no number of agents fits in so few")]
    [InlineData(400, "400 are allowed", "use at most 16 agents")]
    public void Check_VeryFewOpenFiles_SaysWhatToRaiseTheLimitTo(int files, string message, string fix)
    {
        var exception = Assert.Throws<ApeTestException>(() => GeneratorLimits.Check(Scenario(20), shopIsHere: true, Machine with { OpenFiles = files }));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("ulimit -n 4096 ", exception.Hint, StringComparison.Ordinal);
        Assert.Contains(fix, exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuse_FewerOpenFilesThanTheRuntimeNeeds_Exits3()
    {
        var few = OpenFilesFloor.Refuse(64)!;

        Assert.Equal((ExitCodes.Environment, "64 open files are allowed, and ApeTest needs 96 at least"), (few.ExitCode, few.Message));
        Assert.Contains("ulimit -n 4096", few.Hint, StringComparison.Ordinal);
        Assert.Null(OpenFilesFloor.Refuse(96));
        Assert.Null(OpenFilesFloor.Refuse(null));
    }

    [Fact]
    public void Explain_LibraryThatCouldNotBeLoaded_IsTheLimitWhereItIsLow()
    {
        var failure = new FileNotFoundException("Could not load file or assembly 'System.Net.Primitives'.");

        Assert.Equal("128 open files are allowed, and ApeTest needs 300 at least", OpenFilesFloor.Explain(failure, 128)!.Message);
        Assert.Null(OpenFilesFloor.Explain(failure, 20_000));
        Assert.Null(OpenFilesFloor.Explain(failure, null));
        Assert.Null(OpenFilesFloor.Explain(new InvalidOperationException("a bug"), 128));
    }

    [Theory]
    [InlineData(10_000, 15, "up to 50,300 open files are needed, 20,000 are allowed", "less than 9.75 s on average")]
    [InlineData(30_000, 60, "up to 150,300 open files", "less than 9.07 s on average")]
    public void Check_AgentsThatThink_FitWhileTheyDo(int agents, int think, string needed, string room)
    {
        var warning = GeneratorLimits.Check(Thinking(agents, think), shopIsHere: false, Machine with { MemoryBytes = null });

        Assert.StartsWith($"warning: {agents:N0} agents fit in this process only while most of them think: {needed}", warning, StringComparison.Ordinal);
        Assert.Contains(room, warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_AgentsThatThinkTooLittle_Exits3() =>
        Assert.Throws<ApeTestException>(() => GeneratorLimits.Check(Thinking(10_000, 1), shopIsHere: false, Machine));

    [Fact]
    public void Check_ArrivalsOfAgentsThatThink_AreCountedAtTheirWorst() =>
        Assert.Throws<ApeTestException>(() => GeneratorLimits.Check(Thinking(10_000, 60) with { Load = new LoadSpec { Rate = new ArrivalRate(1000, TimeSpan.FromSeconds(1)) } }, shopIsHere: false, Machine));

    [Fact]
    public void Room_IsWhatStartWouldStillTake()
    {
        var room = GeneratorLimits.Room(Thinking(100, 15), shopIsHere: false, Machine)!.Value;

        GeneratorLimits.Check(Thinking(room, 15), shopIsHere: false, Machine);
        Assert.Throws<ApeTestException>(() => GeneratorLimits.Check(Thinking(room + 10, 15), shopIsHere: false, Machine));
        Assert.Null(GeneratorLimits.Room(Scenario(10), shopIsHere: false, new MachineLimits()));
    }

    [Theory]
    [InlineData(true, "remote", 3_116)] // (0.95 x 20,000 - 300) / 6
    [InlineData(false, "remote", 3_740)]
    [InlineData(false, "in-process", 6_233)]
    public void Connections_OfEachWay_LeaveRoomForTheRest(bool shop, string gateway, int expected) =>
        Assert.Equal(expected, GeneratorLimits.Connections(Scenario(10_000, gateway), shop, Machine));

    [Fact]
    public void Connections_NoLimitKnown_AreNotBounded() => Assert.Null(GeneratorLimits.Connections(Scenario(10), shopIsHere: false, new MachineLimits()));

    [Fact]
    public void Check_TooFewPorts_Exits3()
    {
        var exception = Assert.Throws<ApeTestException>(() => GeneratorLimits.Check(Scenario(30_000), shopIsHere: false, Machine with { OpenFiles = null, MemoryBytes = null }));

        Assert.Contains("28,232 local ports", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TooLittleMemory_Exits3()
    {
        var exception = Assert.Throws<ApeTestException>(() => GeneratorLimits.Check(Scenario(2000), shopIsHere: true, Machine with { MemoryBytes = 500_000_000 }));

        Assert.Contains("about 800 MB of memory are needed, there are 500 MB", exception.Message, StringComparison.Ordinal);
        Assert.Contains("at most 1,000 agents", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_FewerSessionsThanAgents_CountsSessions() =>
        Assert.Null(GeneratorLimits.Check(Scenario(900_000) with { Iterations = 10 }, shopIsHere: true, Machine));

    [Fact]
    public void Check_UnknownLimits_SaysNothing() => Assert.Null(GeneratorLimits.Check(Scenario(1_000_000), shopIsHere: true, new MachineLimits()));

    [Theory]
    [InlineData(18_000, null)]
    [InlineData(25_000, "Each agent holds at most 1 (agent to target: 1): 1 x 25,000 + 300")]
    public void Check_JourneysWithOwnConnections_KeepThemWhileTheyThink(int agents, string? arithmetic)
    {
        if (arithmetic is null)
        {
            Assert.StartsWith("warning: 18,000 agents come near", GeneratorLimits.Check(Replaying(agents), shopIsHere: false, Machine), StringComparison.Ordinal);
            return;
        }
        var exception = Assert.Throws<ApeTestException>(() => GeneratorLimits.Check(Replaying(agents), shopIsHere: false, Machine));
        Assert.Contains(arithmetic, exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_JourneysOfASharedPool_NeedItsConnectionsOnly()
    {
        Assert.Null(GeneratorLimits.Check(Replaying(50_000, ConnectionUse.Shared), shopIsHere: false, Machine));
    }

    private static Scenario Thinking(int agents, int seconds) => Scenario(agents) with
    {
        Personas = [new PersonaSpec { Name = "p", Think = new ThinkTime(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds)) }],
    };

    private static Scenario Scenario(int agents, string gateway = "remote", string model = "builtin/planner") => new()
    {
        Name = "x",
        Target = new TargetSpec { Url = new Uri("http://127.0.0.1:9/") },
        Agents = agents,
        Gateway = gateway == "remote" ? GatewayMode.Remote : GatewayMode.InProcess,
        Llm = new LlmSpec { Model = model },
        Goals = [new GoalSpec { Name = "buy", Goal = "Buy coffee." }],
    };

    private static Scenario Replaying(int agents, ConnectionUse connections = ConnectionUse.Own) => Scenario(agents, "in-process") with
    {
        Goals = [],
        Journeys = [new JourneySpec { Name = "buy", Think = new ThinkTime(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)) }],
        Target = new TargetSpec { Url = new Uri("http://127.0.0.1:9/"), Connections = connections, MaxConnections = 200 },
    };
}
