namespace ApeTest.LlmProxy.Queueing;

/// <summary>Lets at most N calls through at a time, strictly first come, first served, each waiting at most until its deadline.</summary>
internal sealed class ConcurrencyGate(int concurrency, int length, TimeSpan deadline, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource<GateResult>> _waiting = new();
    private int _running;

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Enters, now or later; whoever got <see cref="GateResult.Entered"/> calls <see cref="Leave"/> once.</summary>
    public ValueTask<GateResult> EnterAsync(string client, CancellationToken cancellationToken)
    {
        _ = client;
        LinkedListNode<TaskCompletionSource<GateResult>> node;
        lock (_lock)
        {
            if (_running < concurrency)
            {
                _running++;
                return ValueTask.FromResult(GateResult.Entered);
            }

            if (_waiting.Count >= length)
            {
                return ValueTask.FromResult(GateResult.Full);
            }

            node = _waiting.AddLast(new TaskCompletionSource<GateResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return WaitAsync(node, cancellationToken);
    }

    public void Leave()
    {
        lock (_lock)
        {
            while (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                if (next.Value.TrySetResult(GateResult.Entered))
                {
                    return; // the place passes on to the next in line
                }
            }

            _running--;
        }
    }

    private async ValueTask<GateResult> WaitAsync(LinkedListNode<TaskCompletionSource<GateResult>> node, CancellationToken cancellationToken)
    {
        await using var timer = clock.CreateTimer(_ => GiveUp(node, GateResult.TimedOut), null, deadline, Timeout.InfiniteTimeSpan);
        await using var registration = cancellationToken.Register(() => GiveUp(node, GateResult.Cancelled));
        return await node.Value.Task;
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource<GateResult>> node, GateResult result)
    {
        lock (_lock)
        {
            if (node.Value.TrySetResult(result) && node.List is not null)
            {
                _waiting.Remove(node);
            }
        }
    }
}

/// <summary>How waiting ended.</summary>
internal enum GateResult
{
    /// <summary>The call may go.</summary>
    Entered,

    /// <summary>The queue has no place left.</summary>
    Full,

    /// <summary>The deadline passed.</summary>
    TimedOut,

    /// <summary>The client went away.</summary>
    Cancelled,
}
