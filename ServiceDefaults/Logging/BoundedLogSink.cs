using System.Collections.Concurrent;
using ApeTest.ServiceDefaults.Metrics;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>
/// Takes log events off the threads that do the work: a bounded queue and one thread that writes. When the queue is full the event is
/// dropped and counted, since a slow disk must not slow the load. Disposing writes what is queued.
/// </summary>
internal sealed class BoundedLogSink : ILogEventSink, IDisposable
{
    /// <summary>Events that may wait: about a second of the most that one service writes.</summary>
    public const int DefaultCapacity = 20_000;

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long lines gather before they are written together: to wake the writer for each line cost more than to write it (measured with
    /// 300 agents: half of the writer's CPU time were thread switches).
    /// </summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);

    private readonly BlockingCollection<LogEvent> _queue;
    private readonly Logger _target;
    private readonly RecordsDropped _dropped;
    private readonly Thread _writer;
    private readonly ManualResetEventSlim _ending = new(initialState: false, spinCount: 0);
    private bool _disposed;

    public BoundedLogSink(Logger target, RecordsDropped dropped, int capacity = DefaultCapacity)
    {
        _target = target;
        _dropped = dropped;
        _queue = new BlockingCollection<LogEvent>(capacity);
        // A thread of its own: lines get out even when the thread pool is starved, which is when they are wanted.
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "apetest-log" };
        _writer.Start();
    }

    public void Emit(LogEvent logEvent)
    {
        try
        {
            if (_queue.TryAdd(logEvent))
            {
                return;
            }
        }
        catch (InvalidOperationException)
        {
            // Completed or disposed: the host is gone, and so is its log.
        }

        _dropped.Add(RecordsDropped.Log);
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _queue.CompleteAdding();
        _ending.Set();
        if (_writer.Join(FlushTimeout))
        {
            try
            {
                _target.Dispose();
            }
            catch (IOException)
            {
                // Its last lines found no room on the disk, which must not end the host.
            }
            _queue.Dispose();
            _ending.Dispose();
        }
    }

    private void WriteAll()
    {
        // The first line of a burst is taken as it comes; then nobody waits on the queue, and adding to it wakes no one.
        while (_queue.TryTake(out var logEvent, Timeout.Infinite))
        {
            _target.Write(logEvent);
            _ending.Wait(Gather);
            while (_queue.TryTake(out logEvent))
            {
                _target.Write(logEvent);
            }
        }
    }
}
