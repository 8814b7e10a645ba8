using ApeTest.Cli.Rendering;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Readiness;

/// <summary>
/// Compares what a run in this process may need with what the machine gives, before there is any load. The worst case is counted: every
/// agent holds a connection on each of its ways at once, which is what a slow model or a slow target leads to. Agents that think hold none
/// meanwhile: where the worst case does not fit, it is told, and refused only if answers of <see cref="UsualAnswer"/> do not fit either.
/// </summary>
internal sealed class GeneratorLimits
{
    /// <summary>Share of a limit above which a run is told that it is tight.</summary>
    private const double Tight = 0.7;

    // A decision and its action, on a target and a model that are busy but well.
    private static readonly TimeSpan UsualAnswer = TimeSpan.FromSeconds(2);

    // Measured on the sample shop, where every way has both ends here: 1,480 open files at the peak of 200 agents (1,206 of them sockets),
    // 6,268 of 1,000: 6 an agent and 280.
    private const int OwnFiles = 300;

    // What a limit is raised to where less would do: the next run needs it again.
    private const long UsualLimit = 4096;

    // Measured likewise: 301 MB with 200 agents, 497 MB with 1,000, 613 MB with 2,500.
    private const long OwnMemory = 200_000_000;
    private const long MemoryPerAgent = 300_000;

    // An agent of journeys, its connection and its share of the figures (bench/journey-density.sh).
    private const long MemoryPerJourney = 20_000;

    // LlmProxy has no more calls to one provider in flight (QueueOptions.Concurrency).
    private const int MostProviderConnections = 256;

    private readonly MachineLimits _machine;
    private readonly List<(string Way, int PerAgent)> _ways = [];
    private readonly long _agents;

    // Those that may hold a connection: all, or those of a shared pool.
    private readonly long _connected;

    // Whether an agent keeps its connection while it thinks.
    private readonly bool _keeps;
    private readonly long _memoryPerAgent;
    private readonly TimeSpan _think;
    private readonly bool _gateway;
    private readonly int _workers;
    private readonly long _providerConnections;

    private GeneratorLimits(Scenario scenario, bool shopIsHere, MachineLimits machine, int workers = 0)
    {
        _machine = machine;
        _agents = Math.Min(scenario.Agents, scenario.Iterations ?? int.MaxValue);
        _think = scenario.Load.Rate is null ? PersonaSpec.MeanThink(scenario.Personas) : TimeSpan.Zero;
        var isThinker = !scenario.Goals.IsEmpty;
        _keeps = !isThinker && scenario.Target.Connections is ConnectionUse.Own;
        _connected = !isThinker && scenario.Target.Connections is ConnectionUse.Shared ? Math.Min(_agents, scenario.Target.MaxConnections) : _agents;
        _memoryPerAgent = isThinker ? MemoryPerAgent : MemoryPerJourney;
        _workers = workers;
        _gateway = scenario.GatewayFor(isThinker ? SessionKind.Goal : SessionKind.Journey) is GatewayMode.Remote;
        if (workers > 0 && !_gateway)
        {
            // Straight to the target, from as many processes.
            _connected = (_connected + workers - 1) / workers;
        }
        if (_gateway)
        {
            _ways.Add(workers > 0 ? ("agent to gateway, the gateway's end", 1) : ("agent to gateway, both ends", 2));
        }
        var from = _gateway ? "gateway" : "agent";
        _ways.Add(shopIsHere ? ($"{from} to sample shop, both ends", 2) : ($"{from} to target", 1));
        if (!isThinker)
        {
            return;
        }
        _ways.Add(workers > 0 ? ("agent to model proxy, the proxy's end", 1) : ("agent to model proxy, both ends", 2));
        _providerConnections = scenario.Llm.Model.StartsWith("builtin/", StringComparison.Ordinal) ? 0 : Math.Min(_agents, MostProviderConnections);
    }

    /// <summary>Agents that wait at once, where an answer takes <see cref="UsualAnswer"/>.</summary>
    private long Waiting => _keeps ? _connected : (long)Math.Ceiling(_connected * WaitingShare);

    private double WaitingShare => _keeps ? 1 : UsualAnswer / (UsualAnswer + _think);

    // Each process has a runtime of its own.
    private long AllMemory => OwnMemory * (1 + _workers);

    private bool IsPooled => _connected < _agents;

    private long FilesPerAgent => _ways.Sum(way => way.PerAgent);

    private long OtherFiles => OwnFiles + _providerConnections;

    /// <summary>Open files that a run needs with no agent at all: with fewer its services do not even start.</summary>
    public const int LeastFiles = OwnFiles;

    /// <summary>
    /// What is tight, for people; null for nothing. Where the agents cannot fit: <see cref="ApeTestException"/> (exit 3) with the
    /// arithmetic and the way out.
    /// </summary>
    /// <param name="scenario">What is about to run.</param>
    /// <param name="shopIsHere">Whether the sample shop shares this process.</param>
    /// <param name="machine">What there is.</param>
    /// <param name="workers">Processes beside this one that the agents are in. Default 0: they are in this one.</param>
    public static string? Check(Scenario scenario, bool shopIsHere, MachineLimits machine, int workers = 0)
    {
        var limits = new GeneratorLimits(scenario, shopIsHere, machine, workers);
        return limits.Check([limits.Files(), limits.Ports(), limits.Memory()]);
    }

    /// <summary>Most connections that the agents of the run may hold on each of their ways; null for no limit.</summary>
    /// <param name="scenario">What is about to run.</param>
    /// <param name="shopIsHere">Whether the sample shop shares this process.</param>
    /// <param name="machine">What there is.</param>
    public static int? Connections(Scenario scenario, bool shopIsHere, MachineLimits machine)
    {
        var limits = new GeneratorLimits(scenario, shopIsHere, machine);
        return machine.OpenFiles is { } files ? FileDescriptors.Connections(limits.OtherFiles, (int)limits.FilesPerAgent, files) : null;
    }

    /// <summary>Most agents that the run may have, the present ones at least; null for no limit.</summary>
    /// <param name="scenario">What is about to run.</param>
    /// <param name="shopIsHere">Whether the sample shop shares this process.</param>
    /// <param name="machine">What there is.</param>
    /// <param name="workers">Processes beside this one that the agents are in. Default 0: they are in this one.</param>
    public static int? Room(Scenario scenario, bool shopIsHere, MachineLimits machine, int workers = 0)
    {
        var limits = new GeneratorLimits(scenario, shopIsHere, machine, workers);
        var waiting = limits.WaitingShare;
        double?[] rooms =
        [
            machine.OpenFiles is { } files && !limits.IsPooled ? Most(files, limits.OtherFiles, limits.FilesPerAgent) / waiting : null,
            limits.IsPooled ? null : machine.Ports / waiting,
            machine.MemoryBytes is { } bytes ? Most(bytes, limits.AllMemory, limits._memoryPerAgent) : null,
        ];
        return rooms.Min() is { } room ? (int)Math.Clamp(room, scenario.Agents, int.MaxValue) : null;
    }

    private string? Check(Need[] needs)
    {
        if (needs.FirstOrDefault(need => need.Usual > need.Limit) is { } missing)
        {
            throw new ApeTestException($"{(_agents == 1 ? "1 agent does" : $"{Show.Count(_agents)} agents do")} not fit in this process: {missing.Text}", $"{missing.Arithmetic}\n{missing.Fix}", ExitCodes.Environment);
        }
        if (needs.FirstOrDefault(need => need.Amount > need.Limit) is { } unless)
        {
            // waiting / agents = answer / (answer + think)
            var share = Share(unless);
            return $"warning: {Show.Count(_agents)} agents fit in this process only while most of them think: {unless.Text}\n  {unless.Arithmetic}\n"
                + $"  There is room as long as a decision and its action take less than {Show.Seconds((_think * (share / (1 - share))).TotalSeconds)} on average.";
        }
        return needs.FirstOrDefault(need => need.Amount > Tight * need.Limit) is { } tight
            ? $"warning: {Show.Count(_agents)} agents come near a limit of this process: {tight.Text}\n  {tight.Arithmetic}"
            : null;
    }

    private Need Files()
    {
        var amount = (FilesPerAgent * _connected) + OtherFiles;
        var parts = string.Join(", ", _ways.Select(way => $"{way.Way}: {way.PerAgent}"));
        var provider = _providerConnections == 0 ? string.Empty : $" + {_providerConnections} from model proxy to provider";
        var inProcess = _gateway ? ", or set `gateway: in-process`, which saves 2 an agent" : string.Empty;
        var fewer = (_machine.OpenFiles ?? 0) < OtherFiles + FilesPerAgent ? "no number of agents fits in so few"
            : $"use at most {Show.Count(Most(_machine.OpenFiles, OtherFiles, FilesPerAgent))} agents{inProcess}";
        return new Need(amount, (FilesPerAgent * Waiting) + OtherFiles, _machine.OpenFiles,
            $"up to {Show.Count(amount)} open files are needed, {Show.Count(_machine.OpenFiles ?? 0)} are allowed",
            $"Each agent holds at most {FilesPerAgent} ({parts}): {FilesPerAgent} x {Show.Count(_connected)} + {OwnFiles} of ApeTest's own{provider} = {Show.Count(amount)}.",
            $"Raise the limit (ulimit -n {Math.Max(amount, UsualLimit)} before it, as root where the hard limit is lower; --ulimit nofile={Math.Max(amount, UsualLimit)} for a container); {fewer}.");
    }

    private Need Ports() => new(_connected, Waiting, _machine.Ports,
        $"up to {Show.Count(_connected)} connections go to one address, {Show.Count(_machine.Ports ?? 0)} local ports are free for them",
        "Each agent holds at most one connection to each address; each takes a local port.",
        $"Widen the range (sysctl net.ipv4.ip_local_port_range=\"1024 65535\"), or use at most {Show.Count(_machine.Ports ?? 0)} agents.");

    private Need Memory()
    {
        var amount = AllMemory + (_memoryPerAgent * _agents);
        return new Need(amount, amount, _machine.MemoryBytes,
            $"about {Show.Bytes(amount)} of memory are needed, there are {Show.Bytes(_machine.MemoryBytes ?? 0)}",
            $"{Show.Bytes(_memoryPerAgent)} x {Show.Count(_agents)} + {Show.Bytes(AllMemory)} of ApeTest's own = {Show.Bytes(amount)}, by measurement on the sample shop.",
            $"Give it more memory, or use at most {Show.Count(Most(_machine.MemoryBytes, AllMemory, _memoryPerAgent))} agents.");
    }

    /// <summary>Share of the agents that may wait at once: what there is, of what is needed if all do.</summary>
    private double Share(Need need) => need.Amount == _connected ? (double)need.Limit!.Value / _agents : (double)Most(need.Limit, OtherFiles, FilesPerAgent) / _agents;

    private static long Most(long? limit, long own, long perAgent) => Math.Max(1, ((limit ?? 0) - own) / perAgent);

    /// <summary>One resource: how much is needed if all agents wait at once, how much usually, how much there is (null: no limit), and both in words.</summary>
    private sealed record Need(long Amount, long Usual, long? Limit, string Text, string Arithmetic, string Fix);
}
