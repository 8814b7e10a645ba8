using System.Collections.Concurrent;

namespace ApeTest.Targets.Lean;

/// <summary>
/// A thread that waits for its connections and its clock, and runs the flows that live on it. Nothing on it may block. Members are for its own thread
/// unless they say otherwise.
/// </summary>
public sealed class TargetLoop
{
    /// <summary>Bytes of the buffers that its connections share.</summary>
    internal const int BufferBytes = 64 * 1024;

    // So many pauses end, and so many posted calls run, before the connections are looked at again.
    private const int MostAtOnce = 256;

    private const long Rests = long.MinValue;

    // A turn is over in less; one that is not lets nobody else go on.
    private static readonly TimeSpan LongTurn = TimeSpan.FromMilliseconds(100);

    private readonly Epoll _epoll = new();
    private readonly ConcurrentQueue<(Delegate Call, object? State)> _posted = new();
    private readonly LoopContext _context;
    private readonly TokenWatches _watches;
    private readonly DelayHeap _delays = new();
    private readonly DeadlineWheel _deadlines;
    private readonly Stack<LoopDelay> _store = new();
    private readonly List<(LoopSocket? Socket, uint Generation)> _sockets = [];
    private readonly Stack<int> _freeSockets = new();
    private readonly Thread _thread;
    private readonly ITimer? _alarm;
    private LatenessCount _lateness = new();
    private volatile bool _isStopping;
    private volatile bool _hasEnded;
    private int _isAsleep;
    private long _turnBegan = Rests;
    private long _usualDelays;

    internal TargetLoop(int index, TimeProvider time)
    {
        (Index, Time) = (index, time);
        _context = new LoopContext(this);
        _watches = new TokenWatches(this);
        _deadlines = new DeadlineWheel(time.TimestampFrequency, time.GetTimestamp());
        // A test's clock does not move with the kernel's.
        _alarm = time == TimeProvider.System ? null : time.CreateTimer(static epoll => ((Epoll)epoll!).Wake(), _epoll, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { IsBackground = true, Name = $"target-loop-{index}" };
        _thread.Start();
    }

    /// <summary>An exception that escaped posted work, on the loop's thread; the loop goes on.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>Whether the caller is on the loop's thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    /// <summary>Its number in its group, from 0.</summary>
    internal int Index { get; }

    /// <summary>The clock.</summary>
    internal TimeProvider Time { get; }

    /// <summary>Where answers arrive; what lies there is valid until the flow that it is for awaits again.</summary>
    internal byte[] ReceiveBuffer { get; } = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);

    /// <summary>Where requests are written.</summary>
    internal byte[] SendBuffer { get; } = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);

    /// <summary>The number of the turn: something that happened in another turn happened before the connections were last looked at.</summary>
    internal long Turn { get; private set; }

    /// <summary>Runs <paramref name="work"/> on the loop. From any thread. After the loop's end it runs on the thread pool.</summary>
    public void Post(Action<object?> work, object? state) => Enqueue(work, state);

    /// <summary>
    /// A pause. The flow goes on at once when it is over, at most about 1 ms late on a free machine. Throws <see cref="OperationCanceledException"/> when
    /// <paramref name="cancellationToken"/> is cancelled, <see cref="ObjectDisposedException"/> when the loop ends. Await it once, on the loop.
    /// </summary>
    public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        Guard();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }
        if (delay <= TimeSpan.Zero && delay != Timeout.InfiniteTimeSpan)
        {
            return ValueTask.CompletedTask;
        }
        var operation = _store.TryPop(out var stored) ? stored : new LoopDelay(this);
        _delays.Add(operation, delay == Timeout.InfiniteTimeSpan ? long.MaxValue : After(Time.GetTimestamp(), delay));
        _watches.Add(operation, cancellationToken);
        return operation.Start();
    }

    /// <summary>
    /// How late the loop was since this was last called. A turn that has held it for more than 100 ms, and has not ended, is so late by now for all
    /// delays that end in such a time as a rule; at least one. From any thread, one at a time.
    /// </summary>
    public LoopLateness TakeLateness()
    {
        var count = Interlocked.Exchange(ref _lateness, new LatenessCount());
        var began = Volatile.Read(ref _turnBegan);
        if (began != Rests && Time.GetTimestamp() is var now && Time.GetElapsedTime(began, now) > LongTurn)
        {
            count.Add(Microseconds(now - began), Math.Max(_usualDelays - count.Total, 1));
            count.Turn(Microseconds(now - began));
        }
        _usualDelays = count.Total;
        return count.Read();
    }

    internal void Enqueue(Delegate call, object? state)
    {
        if (_hasEnded)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static item => Invoke(item.Call, item.State), (Call: call, State: state), preferLocal: false);
            return;
        }
        _posted.Enqueue((call, state));
        if (Interlocked.Exchange(ref _isAsleep, 0) == 1)
        {
            _epoll.Wake();
        }
    }

    /// <summary>Throws where the caller is not on the loop's thread, or the loop ends.</summary>
    internal void Guard()
    {
        if (!IsCurrent)
        {
            throw new InvalidOperationException("This is for the loop's own thread: post the work to the loop.");
        }
        ObjectDisposedException.ThrowIf(_isStopping, this);
    }

    /// <summary>The timestamp so much later.</summary>
    internal long After(long timestamp, TimeSpan time)
    {
        var later = (Int128)time.Ticks * Time.TimestampFrequency / TimeSpan.TicksPerSecond + timestamp;
        return later > long.MaxValue ? long.MaxValue : (long)later;
    }

    /// <summary>An operation waits, until its deadline (a timestamp) at most.</summary>
    internal void Wait(LoopOperation operation, long deadline, CancellationToken cancellationToken)
    {
        _watches.Add(operation, cancellationToken);
        _deadlines.Add(operation, deadline);
    }

    /// <summary>Its deadline is another.</summary>
    internal void Extend(LoopOperation operation, long deadline)
    {
        _deadlines.Remove(operation);
        _deadlines.Add(operation, deadline);
    }

    /// <summary>It waits no more.</summary>
    internal void Done(LoopOperation operation)
    {
        _deadlines.Remove(operation);
        _watches.Remove(operation);
    }

    internal void Forget(LoopDelay delay)
    {
        _delays.Remove(delay);
        _watches.Remove(delay);
    }

    internal void Store(LoopDelay delay) => _store.Push(delay);

    /// <summary>Watches a descriptor; 0, or the error.</summary>
    internal int Watch(LoopSocket socket, uint events)
    {
        if (!_freeSockets.TryPop(out var index))
        {
            index = _sockets.Count;
            _sockets.Add((null, 0));
        }
        var generation = _sockets[index].Generation + 1;
        _sockets[index] = (socket, generation);
        socket.Token = ((ulong)generation << 32) | (uint)index;
        var error = _epoll.Control(Native.Add, socket.Descriptor, events, socket.Token);
        if (error != 0)
        {
            Unwatch(socket);
        }
        return error;
    }

    /// <summary>Watches it for other events.</summary>
    internal void Change(LoopSocket socket, uint events) => _ = _epoll.Control(Native.Modify, socket.Descriptor, events, socket.Token);

    /// <summary>The descriptor is about to be closed, which ends the kernel's part of watching it.</summary>
    internal void Unwatch(LoopSocket socket)
    {
        var index = (int)(uint)socket.Token;
        _sockets[index] = (null, _sockets[index].Generation);
        _freeSockets.Push(index);
    }

    /// <summary>Ends the thread; what waits on it ends with <see cref="ObjectDisposedException"/>. From any thread but its own.</summary>
    internal void Stop()
    {
        _isStopping = true;
        _epoll.Wake();
        _thread.Join();
        _alarm?.Dispose();
    }

    private void Run()
    {
        SynchronizationContext.SetSynchronizationContext(_context);
        while (!_isStopping)
        {
            Volatile.Write(ref _isAsleep, 1);
            Interlocked.MemoryBarrier();
            var ready = _epoll.Wait(_posted.IsEmpty ? Rest() : 0);
            Volatile.Write(ref _isAsleep, 0);
            var began = Time.GetTimestamp();
            Volatile.Write(ref _turnBegan, began);
            Turn++;
            for (var i = 0; i < ready; i++)
            {
                Guarded(static (loop, index) => loop.Dispatch(index), i);
            }
            for (var i = 0; i < MostAtOnce && _posted.TryDequeue(out var item); i++)
            {
                Guarded(static (_, item) => Invoke(item.Call, item.State), item);
            }
            EndDelays();
            Guarded(static (loop, now) => loop._deadlines.Advance(now), Time.GetTimestamp());
            _lateness.Turn(Microseconds(Time.GetTimestamp() - began));
            Volatile.Write(ref _turnBegan, Rests);
        }
        End();
    }

    private void Dispatch(int index)
    {
        if (_epoll.TryGet(index, out var events, out var token))
        {
            var (socket, generation) = _sockets[(int)(uint)token];
            // One that was closed in this turn may have been followed by another in its place.
            if (socket is not null && generation == (uint)(token >> 32))
            {
                socket.Ready(events);
            }
        }
    }

    private void EndDelays()
    {
        for (var i = 0; i < MostAtOnce && _delays.Count > 0; i++)
        {
            var (now, due) = (Time.GetTimestamp(), _delays.Next);
            if (due > now)
            {
                return;
            }
            _lateness.Add(Microseconds(now - due));
            var delay = _delays.Take();
            _watches.Remove(delay);
            Guarded(static (_, delay) => delay.End(), delay);
        }
    }

    /// <summary>Milliseconds until something is due, rounded up; -1: nothing is.</summary>
    private int Rest()
    {
        var next = Math.Min(_delays.Next, _deadlines.Next);
        if (next == long.MaxValue)
        {
            return -1;
        }
        var now = Time.GetTimestamp();
        if (next <= now)
        {
            return 0;
        }
        if (_alarm is null)
        {
            return (int)Milliseconds(next - now);
        }
        _alarm.Change(TimeSpan.FromMilliseconds(Milliseconds(next - now)), Timeout.InfiniteTimeSpan);
        // The clock may have moved before the alarm was set.
        return Time.GetTimestamp() == now ? -1 : 0;
    }

    private void End()
    {
        Func<Exception> reason = () => new ObjectDisposedException(nameof(TargetLoop), "The loop has ended.");
        // What goes on because its wait ended may post, a few times over.
        for (var round = 0; round < 8; round++)
        {
            Guarded(static (loop, reason) => loop._watches.Abandon(reason), reason);
            while (_posted.TryDequeue(out var item))
            {
                Guarded(static (_, item) => Invoke(item.Call, item.State), item);
            }
        }
        foreach (var (socket, _) in _sockets.ToArray())
        {
            socket?.Close();
        }
        _hasEnded = true;
        while (_posted.TryDequeue(out var item))
        {
            Enqueue(item.Call, item.State);
        }
        SynchronizationContext.SetSynchronizationContext(null);
        _epoll.Dispose();
    }

    private void Guarded<T>(Action<TargetLoop, T> work, T argument)
    {
        try
        {
            work(this, argument);
        }
        catch (Exception exception)
        {
            Faulted?.Invoke(exception);
        }
    }

    private static void Invoke(Delegate call, object? state)
    {
        if (call is Action<object?> action)
        {
            action(state);
        }
        else
        {
            ((SendOrPostCallback)call)(state);
        }
    }

    /// <summary>Rounded up, at most a day.</summary>
    private long Milliseconds(long timestamps)
    {
        var most = 86_400L * Time.TimestampFrequency;
        return (long)(((Int128)Math.Min(timestamps, most) * 1000 + Time.TimestampFrequency - 1) / Time.TimestampFrequency);
    }

    private long Microseconds(long timestamps) => timestamps * 1_000_000 / Time.TimestampFrequency;
}
