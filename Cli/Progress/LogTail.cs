using System.Runtime.CompilerServices;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;

namespace ApeTest.Cli.Progress;

/// <summary>The end of a run's log, followed.</summary>
internal static class LogTail
{
    /// <summary>Most lines that a pane shows.</summary>
    public const int Most = 40;

    /// <summary>The last lines, then those that come.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<LogLine>> FollowAsync(RunDirectory directory, Func<bool> ended, TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new LogReader(directory.Logs, new LogQuery { Tail = Most });
        await foreach (var lines in new LogFollower(reader, ended, time).FollowAsync(cancellationToken))
        {
            yield return lines;
        }
    }
}
