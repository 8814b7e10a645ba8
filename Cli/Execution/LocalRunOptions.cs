using ApeTest.Agent.Sessions;
using ApeTest.Cli.Execution.Workers;
using ApeTest.Cli.Readiness;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Execution;

/// <summary>How a run in this process differs from the scenario as it stands.</summary>
internal sealed record LocalRunOptions
{
    /// <summary>A target that is not on this machine was agreed to beforehand. Default: ask, or refuse where nobody can answer.</summary>
    public bool Confirmed { get; init; }

    /// <summary>Told once everything is ready, with how sessions are judged, before the run exists. Default: nobody.</summary>
    public Action<JudgedScenario>? Ready { get; init; }

    /// <summary>Told what a person should know before the agents are released: cost, limits, warnings. Default: nobody.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Changes the judged scenario before it is planned, as one session instead of many: a trial, which <c>last</c> does not mean later. Default: as it is.</summary>
    public Func<Scenario, Scenario>? Adjust { get; init; }

    /// <summary>Worker processes that the agents are spread over. Null: the agents are in this process. Default null.</summary>
    public WorkerRequest? Workers { get; init; }

    /// <summary>Is awaited once the run has an id and a directory, and nothing of it is started: its turn. Default: at once.</summary>
    public Func<RunFiles, CancellationToken, Task>? Turn { get; init; }

    /// <summary>Is told what sessions do, step by step. Default: nobody, as for a load.</summary>
    public ISessionObserver? Observer { get; init; }
}
