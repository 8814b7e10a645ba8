using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Execution.Turns;

/// <summary>
/// A run's turn on its target, from before it begins until this is disposed. A run that does not wait takes one too, where that can be written: those that
/// wait, wait for it as well.
/// </summary>
/// <param name="environment">Where it waits.</param>
/// <param name="scenario">What will be run.</param>
/// <param name="isDemonstration">Whether the target is the sample shop that the command brings up.</param>
/// <param name="waits">Whether it waits for its turn (<c>--queue</c>).</param>
/// <param name="say">Says a line.</param>
internal sealed class RunTurn(CliEnvironment environment, Scenario scenario, bool isDemonstration, bool waits, Action<string> say) : IDisposable
{
    private readonly TurnTarget _target = TurnTarget.Of(scenario, isDemonstration);
    private Turn? _turn;
    private RunDirectory? _announced;
    private QueuedRun? _queued;

    /// <summary>Whether a background process has told the run's id already, because it had to wait.</summary>
    public bool IsAnnounced => _announced is not null;

    /// <summary>Takes a place and waits for the turn. Giving up leaves nothing, but for a run in the background, whose id somebody has: its directory stays.</summary>
    public async Task TakeAsync(RunFiles files, CancellationToken cancellationToken)
    {
        var ticket = new TurnTicket(files.Directory.Run, scenario.Name, environment.CurrentDirectory, Environment.ProcessId);
        var queue = TurnQueue.Of(environment, _target);
        if (!waits)
        {
            try
            {
                _turn = await queue.EnterAsync(ticket, waits: false, cancellationToken);
            }
            catch (ApeTestException)
            {
                // Then nobody waits for it; no reason not to run.
            }
            return;
        }
        _turn = await queue.EnterAsync(ticket, waits: true, cancellationToken);
        _queued = new QueuedRun(environment, scenario, _target, say);
        await _queued.WaitAsync(_turn, files.Directory, () => Announce(files), cancellationToken);
    }

    public void Dispose()
    {
        _turn?.Dispose();
        if (_announced is { } directory && RunDirectoryReader.StatusOf(directory, environment.Time).File is { Status: "queued", ControlUrl: null })
        {
            _queued!.End(directory);
        }
    }

    private void Announce(RunFiles files)
    {
        if (environment.Detached is { } detached)
        {
            _announced = files.Directory;
            files.Keep();
            detached.Running(files.Directory);
        }
    }
}
