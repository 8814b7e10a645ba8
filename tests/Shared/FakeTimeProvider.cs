namespace ApeTest.Tests.Shared;

/// <summary>
/// A clock that stands still until a test moves it. <see cref="GetUtcNow"/>, <see cref="GetTimestamp"/> and every timer
/// (hence <c>Task.Delay(delay, provider)</c>, <c>WaitAsync</c>, <c>CancellationTokenSource(delay, provider)</c> and
/// <c>PeriodicTimer</c>) follow <see cref="Advance"/>. Thread-safe.
/// </summary>
/// <param name="start">What <see cref="GetUtcNow"/> says first. Default 2026-11-21 13:15:02 UTC.</param>
public sealed class FakeTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private static readonly DateTimeOffset DefaultStart = new(2026, 11, 21, 13, 15, 2, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly DateTimeOffset _start = start ?? DefaultStart;
    private readonly List<FakeTimer> _pending = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private long _elapsedTicks;
    private long _order;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that are set and have not fired.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        return _start.AddTicks(Interlocked.Read(ref _elapsedTicks));
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        return Interlocked.Read(ref _elapsedTicks);
    }

    /// <summary>
    /// Moves the clock on and fires what falls due, in order of due time, each with the clock at its own due time.
    /// Callbacks run on the caller's thread; continuations of <c>Task.Delay</c> may run elsewhere.
    /// </summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var until = Interlocked.Read(ref _elapsedTicks) + by.Ticks;
        while (TakeDue(until) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Completes once at least <paramref name="count"/> timers are pending: the code under test is waiting, so advancing is safe.</summary>
    public Task WaitForTimersAsync(int count, CancellationToken cancellationToken)
    {
        TaskCompletionSource reached;
        lock (_gate)
        {
            if (_pending.Count >= count)
            {
                return Task.CompletedTask;
            }

            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
        }

        return reached.Task.WaitAsync(TestTimeouts.Default, cancellationToken);
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private FakeTimer? TakeDue(long until)
    {
        lock (_gate)
        {
            FakeTimer? next = null;
            foreach (var timer in _pending)
            {
                if (timer.Due <= until && (next is null || (timer.Due, timer.Order).CompareTo((next.Due, next.Order)) < 0))
                {
                    next = timer;
                }
            }

            // A callback may itself have advanced the clock: it never goes back.
            var now = Math.Max(Interlocked.Read(ref _elapsedTicks), next?.Due ?? until);
            Interlocked.Exchange(ref _elapsedTicks, now);
            if (next is null)
            {
                return null;
            }

            _pending.Remove(next);
            if (next.Period > 0)
            {
                Schedule(next, next.Due + next.Period);
            }

            return next;
        }
    }

    private void Schedule(FakeTimer timer, long due)
    {
        timer.Due = due;
        timer.Order = _order++;
        _pending.Add(timer);
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_pending.Count >= _waiters[i].Count)
            {
                _waiters[i].Reached.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    private sealed class FakeTimer(FakeTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public long Due { get; set; }

        public long Order { get; set; }

        public long Period { get; private set; }

        public void Fire()
        {
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                if (_disposed)
                {
                    return false;
                }

                owner._pending.Remove(this);
                Period = period > TimeSpan.Zero ? period.Ticks : 0;
                if (dueTime > TimeSpan.Zero)
                {
                    owner.Schedule(this, owner._elapsedTicks + dueTime.Ticks);
                }
                else if (dueTime == TimeSpan.Zero)
                {
                    // Due now: on the pool, as the system's timer does, never inside the call that sets it.
                    ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Fire(), this, preferLocal: false);
                    if (Period > 0)
                    {
                        owner.Schedule(this, owner._elapsedTicks + Period);
                    }
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                _disposed = true;
                owner._pending.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
