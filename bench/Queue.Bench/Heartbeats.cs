using System.Collections.Concurrent;
using ApeTest.Runs.Queue.Postgres;

namespace ApeTest.Queue_Bench;

/// <summary>A worker's heartbeat, once a second however often it is asked for.</summary>
internal static class Heartbeats
{
    private static readonly ConcurrentDictionary<string, long> Last = new(StringComparer.Ordinal);

    public static async Task HeartbeatIfDueAsync(this PostgresRunQueue queue, string worker)
    {
        var time = TimeProvider.System;
        var (now, last) = (time.GetTimestamp(), Last.GetOrAdd(worker, 0));
        if (time.GetElapsedTime(last, now) >= TimeSpan.FromSeconds(1) && Last.TryUpdate(worker, now, last))
        {
            await queue.HeartbeatAsync(worker, CancellationToken.None);
        }
    }
}
