using ApeTest.Agent.Sessions;
using ApeTest.Cli.Commands.Try;
using ApeTest.Cli.Execution;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Validate;

/// <summary>
/// <c>validate --dry-run</c>: one session of each goal and journey, one after another, each a run of its own, and what proves or refutes it. Bounded
/// by the limits of a session.
/// </summary>
internal sealed class DryRun(CliEnvironment environment, ScenarioInput input, bool confirmed, bool noColor)
{
    private static readonly int[] Precedence = [ExitCodes.Budget, ExitCodes.ThresholdFailed, ExitCodes.Environment, ExitCodes.Partial];

    /// <summary>0 every one succeeded, 99 one did not, 3 the model failed; after a signal 130 or 143. Wrong input throws.</summary>
    public async Task<int> RunAsync()
    {
        var scenario = LocalRun.Load(input).ThrowIfInvalid();
        var parts = scenario.Goals.Select(static goal => (Kind: "goal", goal.Name)).Concat(scenario.Journeys.Select(static journey => (Kind: "journey", journey.Name))).ToList();
        if (input.IsDemonstration)
        {
            environment.Error.WriteLine($"no {ScenarioInput.DefaultFile}, no --target and no --goal: this is the demonstration on the sample shop");
        }
        var codes = new List<int>();
        using var ladder = new StopLadder(environment.Signals);
        foreach (var (kind, name) in parts)
        {
            var view = new PartView(environment, Paint.ForOutput(environment, noColor), kind, name, codes.Count > 0);
            try
            {
                codes.Add((await new Trial(environment, input, new TrialOptions { Pick = name, Confirmed = confirmed }).RunAsync(view, ladder)).ExitCode);
            }
            catch (OperationCanceledException) when (ladder.ExitCode is not null)
            {
                // Before there was a session; the signal is the answer.
            }
            if (ladder.ExitCode is { } interrupted)
            {
                return interrupted;
            }
        }
        environment.Out.WriteLine();
        environment.Out.WriteLine($"{codes.Count(code => code == ExitCodes.Done)} of {Counted(parts)} succeeded");
        return Precedence.FirstOrDefault(codes.Contains, ExitCodes.Done);
    }

    private static string Counted(List<(string Kind, string Name)> parts)
    {
        var kinds = parts.Select(static part => part.Kind).Distinct().ToList();
        return kinds is [var only] ? $"{parts.Count} {only}{(parts.Count == 1 ? string.Empty : "s")}" : $"{parts.Count} goals and journeys";
    }

    /// <summary>Tells of a session only how it ended.</summary>
    private sealed class PartView(CliEnvironment environment, Paint paint, string kind, string name, bool follows) : ITrialView
    {
        private readonly LabelledText _text = LabelledText.For(environment, paint);

        public void Begin(TrialStart start)
        {
            if (follows)
            {
                _text.Gap();
            }
            _text.Write(null, kind, name, colour: paint.Strong);
            environment.Out.Flush();
        }

        public void Show(SessionEvent happened)
        {
        }

        public void End(TrialResult result)
        {
            new TrialEnding(_text, paint).Write(result);
            environment.Out.Flush();
        }
    }
}
