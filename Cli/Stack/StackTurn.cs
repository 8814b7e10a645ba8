using ApeTest.Cli.Execution.Turns;
using ApeTest.Cli.Progress;
using ApeTest.Runs.Control;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Stack;

/// <summary>
/// The turn of a run on a stack: after those that this machine's user started before it (<see cref="TurnQueue"/>), and while no run of the stack is on its target,
/// whoever submitted it.
/// </summary>
/// <param name="environment">Where it waits.</param>
/// <param name="collector">The stack.</param>
/// <param name="say">Says a line.</param>
internal sealed class StackTurn(CliEnvironment environment, CollectorClient collector, Action<string> say) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private Turn? _turn;

    /// <summary>Waits for the turn; giving up leaves nothing. Called again it keeps its place.</summary>
    /// <param name="run">Id of the run that waits.</param>
    /// <param name="scenario">What will be run.</param>
    /// <param name="faster">The run that the collector took in its place, to be waited for first; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task TakeAsync(string run, Scenario scenario, string? faster, CancellationToken cancellationToken)
    {
        var target = TurnTarget.Of(scenario.Target.Url);
        // A queue of its own: what a stack is asked to load is no business of the runs of this machine.
        var queue = TurnQueue.Of(environment, target with { Key = $"{collector.Url} {target.Key}" });
        _turn ??= await queue.EnterAsync(new TurnTicket(run, scenario.Name, environment.CurrentDirectory, Environment.ProcessId), waits: true, cancellationToken);
        var began = environment.Time.GetTimestamp();
        var (told, toldAt) = (string.Empty, began);
        while ((faster ?? await HolderAsync(_turn, target, cancellationToken)) is { } holder)
        {
            faster = null;
            var text = $"run {run} waits for run {holder}, which has {target.Shown} on the stack";
            if (text != told || environment.Time.GetElapsedTime(toldAt) >= PlainProgress.Interval)
            {
                (told, toldAt) = (text, environment.Time.GetTimestamp());
                say($"{text}; {RunPhase.Clock(environment.Time.GetElapsedTime(began).TotalSeconds)} so far");
            }
            await Task.Delay(Pause, environment.Time, cancellationToken);
        }
    }

    public void Dispose() => _turn?.Dispose();

    /// <summary>Who has the target, or will have it before; null for nobody.</summary>
    private async Task<string?> HolderAsync(Turn turn, TurnTarget target, CancellationToken cancellationToken)
    {
        if (await turn.BeforeAsync(cancellationToken) is [var first, ..])
        {
            return first.Run;
        }
        foreach (var entry in await collector.ListAsync(cancellationToken))
        {
            if (entry.Status is "queued" or "running" && entry.Target is { } url && TurnTarget.Of(url).Key == target.Key)
            {
                return entry.Run;
            }
        }
        return null;
    }
}
