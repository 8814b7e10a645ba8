using ApeTest.Cli.Input;
using ApeTest.Cli.Readiness;
using ApeTest.Cli.Rendering;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Cli.Commands.Start;

/// <summary>What <c>start</c> says on standard error while it goes on.</summary>
internal sealed class StartMessages(CliEnvironment environment, bool quiet)
{
    /// <summary>What is about to be tested, and how it is judged where that was derived; for the demonstration also how to aim at something real.</summary>
    public void Starting(ScenarioInput input, JudgedScenario judged)
    {
        var scenario = judged.Scenario;
        if (input.IsDemonstration)
        {
            Say($"""
                no scenario, no --target and no --goal: this tests the sample shop with {scenario.Llm.Model}
                  your application:
                    ape-test start --target URL --openapi PATH --goal TEXT --success OPERATION
                  a real model: --model cerebras/gpt-oss-120b (CEREBRAS_API_KEY), ollama/NAME
                """);
        }
        else if (input.FileName is { } file)
        {
            Say($"scenario {file}");
        }
        foreach (var line in judged.Explanation)
        {
            Say(line);
        }
    }

    /// <summary>The run has begun.</summary>
    public void Running(RunPlan plan)
    {
        var scenario = plan.Scenario;
        var duration = scenario.Duration is { } time ? $" for {Durations.Format(time)}" : string.Empty;
        var iterations = scenario.Iterations is { } count ? $", {Show.Count(count)} sessions" : string.Empty;
        var agents = $"{Show.Count(scenario.Agents)} {(scenario.Agents == 1 ? "agent" : "agents")}";
        var load = scenario.Load.Rate is { } rate ? $"{Rates.Format(rate)} sessions, {agents} at most," : agents;
        Say($"run {plan.Run}: {load} on {scenario.Target.Url}{duration}{iterations}, seed {plan.Seed}");
    }

    /// <summary>What a signal set in motion.</summary>
    public static string Stopping(bool now) => now
        ? "stopping now: running sessions are cancelled"
        : "stopping: no new sessions, the running ones finish; again to stop now";

    /// <summary>Says a line, unless quiet.</summary>
    public void Say(string text)
    {
        if (!quiet)
        {
            environment.Error.WriteLine(text.ReplaceLineEndings("\n"));
        }
    }
}
