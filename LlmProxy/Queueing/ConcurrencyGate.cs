namespace ApeTest.LlmProxy.Queueing;

/// <summary>
/// Lets at most N calls through at a time. Who waits is served in turns over the clients (round robin), first come, first served within one client, each until its
/// deadline. A place that becomes free passes directly to the next in turn, so nobody overtakes; every step takes constant time whatever the length of the queue.
/// </summary>
/// <param name="concurrency">Calls at a time.</param>
/// <param name="length">Calls waiting at most. When that is reached, a client with a shorter line takes the last place of the longest one.</param>
/// <param name="deadline">Longest wait.</param>
/// <param name="clock">The clock of the deadline.</param>
internal sealed class ConcurrencyGate(int concurrency, int length, TimeSpan deadline, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ClientLine> _lines = new(StringComparer.Ordinal); // only of clients that wait
    private readonly LinkedList<ClientLine> _turns = new(); // the next in turn first
    private ClientLine? _longest; // as far as is known: see KeepLongest
    private int _running;
    private int _waiting;

    /// <summary>Calls that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting;
            }
        }
    }

    /// <summary>Enters, now or later; whoever got <see cref="GateResult.Entered"/> calls <see cref="Leave"/> once.</summary>
    public ValueTask<GateResult> EnterAsync(string client, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_running < concurrency)
            {
                _running++;
                return ValueTask.FromResult(GateResult.Entered);
            }

            if (_waiting >= length && !Displace(client))
            {
                return ValueTask.FromResult(GateResult.Full);
            }

            waiter = Push(client);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Gives the place to the next in turn, or back.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (_turns.First is not { } next)
            {
                _running--;
                return;
            }

            _turns.RemoveFirst();
            _turns.AddLast(next);
            End(next.Value.Waiters.First!.Value, GateResult.Entered);
        }
    }

    private async ValueTask<GateResult> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        await using var timer = clock.CreateTimer(static waiter => ((Waiter)waiter!).GiveUp(GateResult.TimedOut), waiter, deadline, Timeout.InfiniteTimeSpan);
        await using var registration = cancellationToken.UnsafeRegister(static waiter => ((Waiter)waiter!).GiveUp(GateResult.Cancelled), waiter);
        return await waiter.Task;
    }

    private Waiter Push(string client)
    {
        if (!_lines.TryGetValue(client, out var line))
        {
            _lines.Add(client, line = new ClientLine(client));
            _turns.AddLast(line.Turn);
        }

        var waiter = new Waiter(this, line);
        line.Waiters.AddLast(waiter.Node);
        _waiting++;
        KeepLongest(line);
        return waiter;
    }

    // A client that fills the queue alone must not shut the others out: the last of its line goes instead.
    private bool Displace(string client)
    {
        var own = 0;
        if (_lines.TryGetValue(client, out var line))
        {
            own = line.Waiters.Count;
            KeepLongest(line);
        }

        if (_longest is null || _longest.Waiters.Count <= own + 1)
        {
            return false;
        }

        End(_longest.Waiters.Last!.Value, GateResult.Full);
        return true;
    }

    // Lines that shrink are not compared: whoever fills the queue passes here with every call and is found again.
    private void KeepLongest(ClientLine line)
    {
        if (_longest is null || line.Waiters.Count >= _longest.Waiters.Count)
        {
            _longest = line;
        }
    }

    private void End(Waiter waiter, GateResult result)
    {
        var line = waiter.Line;
        line.Waiters.Remove(waiter.Node);
        _waiting--;
        if (line.Waiters.Count == 0)
        {
            _lines.Remove(line.Client);
            _turns.Remove(line.Turn);
            _longest = ReferenceEquals(_longest, line) ? null : _longest;
        }

        waiter.SetResult(result);
    }

    /// <summary>The calls of one client that wait.</summary>
    private sealed class ClientLine
    {
        public ClientLine(string client) => (Client, Turn) = (client, new LinkedListNode<ClientLine>(this));

        public string Client { get; }

        public LinkedListNode<ClientLine> Turn { get; }

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    /// <summary>One call that waits.</summary>
    private sealed class Waiter : TaskCompletionSource<GateResult>
    {
        private readonly ConcurrencyGate _gate;

        public Waiter(ConcurrencyGate gate, ClientLine line)
            : base(TaskCreationOptions.RunContinuationsAsynchronously) => (_gate, Line, Node) = (gate, line, new LinkedListNode<Waiter>(this));

        public ClientLine Line { get; }

        public LinkedListNode<Waiter> Node { get; }

        public void GiveUp(GateResult result)
        {
            lock (_gate._lock)
            {
                if (Node.List is not null)
                {
                    _gate.End(this, result);
                }
            }
        }
    }
}
