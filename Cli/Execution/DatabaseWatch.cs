using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Summaries;

namespace ApeTest.Cli.Execution;

/// <summary>Waits for the end of a run with workers, tells when its database goes away and is back, and gives up where it stays away.</summary>
/// <param name="away">For how long the database has not answered; null: it answers.</param>
/// <param name="name">Name of the database.</param>
/// <param name="time">Clock.</param>
/// <param name="tell">Is told that it is away (true) or back, in words.</param>
internal sealed class DatabaseWatch(Func<TimeSpan?> away, string name, TimeProvider time, Action<bool, string> tell)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // A restart in passing is nobody's business.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(3);

    // So long the workers keep what they have to report.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // Whoever has asked twice for an end does not wait for a database that is gone.
    private static readonly TimeSpan Hurry = TimeSpan.FromSeconds(5);

    public DatabaseWatch(PostgresRunQueue queue, TimeProvider time, Action<bool, string> tell) : this(() => queue.Away, queue.Display, time, tell)
    {
    }

    /// <summary>The summary once <paramref name="completion"/> has it; null after ten minutes without the database, or five seconds once <paramref name="abort"/> is cancelled.</summary>
    public async Task<RunSummary?> UntilEndedAsync(Task<RunSummary> completion, CancellationToken abort)
    {
        var isTold = false;
        long? hurried = null;
        while (!completion.IsCompleted)
        {
            var since = away();
            if (isTold != since > Unnoticed)
            {
                isTold = !isTold;
                tell(isTold, isTold ? $"warning: the run queue's database {name} does not answer; the agents go on and report afterwards" : $"the run queue's database {name} answers again");
            }
            hurried ??= abort.IsCancellationRequested ? time.GetTimestamp() : null;
            if (since > Patience || (since > Unnoticed && hurried is { } at && time.GetElapsedTime(at) > Hurry))
            {
                return null;
            }
            await Task.WhenAny(completion, Task.Delay(Interval, time, CancellationToken.None));
        }
        return await completion;
    }
}
