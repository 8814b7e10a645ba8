using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Lean;

/// <summary>
/// One agent's requests over HTTP/1.1 on a loop's connections. What was sent is never sent again: a connection that the server has closed is
/// noticed before it is used, and one that it closes afterwards is an error.
/// </summary>
internal sealed partial class LeanTransport(LeanLoop shared) : LoopOperation, IRawTransport
{
    // A fast sender must not keep the loop to itself.
    private const int MostReads = 16;

    private readonly TargetLoop _loop = shared.Loop;
    private readonly AnswerReader _reader = new(shared.Bodies);
    private List<LeanConnection>? _kept;
    private LeanConnection? _connection;
    private LeanServer _server = null!;
    private LeanPool? _pool;
    private RawRoute _route = null!;
    private RawExchange _exchange = null!;
    private TimeSpan _timeout;
    private int _maxBody;
    private byte[]? _unsent;
    private int _unsentFrom;
    private int _unsentTo;
    private long _began;
    private long _responded;
    private long _request;
    private Phase _phase;
    private bool _isDisposed;

    private enum Phase
    {
        Idle, Queued, Resolving, Connecting, Answering, Ending,
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(RawRequest request, RawExchange exchange, CancellationToken cancellationToken)
    {
        _loop.Guard();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (IsPending)
        {
            throw new InvalidOperationException("A request is under way: a transport carries one at a time.");
        }
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }
        exchange.Clear();
        if (!request.Route.IsPlain)
        {
            // Never in the clear what is meant for TLS.
            return shared.Owner.SendElsewhere(request, exchange, cancellationToken);
        }
        var now = _loop.Time.GetTimestamp();
        exchange.Dispatched = now;
        (_route, _exchange, _timeout, _maxBody, _began, _responded) = (request.Route, exchange, request.Timeout, request.MaxBodyBytes, now, 0);
        _request++;

        // 1. May it go?
        var verdict = _route.Policy.Prepare(_route, request);
        if (!verdict.Allowed)
        {
            Note(new TargetFailure(verdict.ErrorType!, verdict.Detail ?? ""), now);
            return ValueTask.CompletedTask;
        }
        exchange.Revision = _route.Policy.Revision;

        // 2. Its bytes.
        var head = _route.Head!;
        var most = head.MostBytes(request);
        if (most > _loop.SendBuffer.Length)
        {
            Rented.Ensure(ref _unsent, 0, most, most);
        }
        var bytes = _unsent ?? _loop.SendBuffer;
        (_unsentFrom, _unsentTo) = (0, head.Write(request, bytes));
        _reader.Start(exchange, _route.IsHead, _maxBody);

        // 3. On a connection that is there, or on another.
        var awaited = Begin();
        _loop.Wait(this, _loop.After(now, _timeout), cancellationToken);
        _server = shared.Owner.ServerOf(_route);
        _pool = shared.PoolOf(_server);
        if (_pool is null)
        {
            _connection = TakeKept(now);
        }
        else if (!_pool.TryTake(this, _request, now, out _connection))
        {
            _phase = Phase.Queued;
            KeepUnsent(bytes);
            return awaited;
        }
        if (_connection is null)
        {
            KeepUnsent(bytes);
            Connect();
        }
        else
        {
            _connection.Owner = this;
            Dispatch(bytes);
        }
        return awaited;
    }

    /// <inheritdoc/>
    public void EndSession()
    {
        if (shared.Owner.Options.Connections == ConnectionUse.Session)
        {
            CloseKept();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_loop.IsCurrent)
        {
            _loop.Post(static transport => ((LeanTransport)transport!).Dispose(), this);
            return;
        }
        if (!_isDisposed)
        {
            _isDisposed = true;
            if (IsPending)
            {
                Abandon(new ObjectDisposedException(nameof(LeanTransport)));
            }
            CloseKept();
        }
    }

    /// <inheritdoc/>
    public override void Abandon(Exception reason)
    {
        var now = _loop.Time.GetTimestamp();
        Release(keeps: false);
        _exchange.Clear();
        _exchange.Ended = now;
        End(reason);
    }

    /// <inheritdoc/>
    public override void Expire()
    {
        var isQueued = _phase == Phase.Queued;
        if (isQueued)
        {
            LeaveQueue();
        }
        Fail(isQueued ? TargetFailure.NeverServed(_timeout)
            : _phase is Phase.Connecting && _exchange.Queued == TimeSpan.Zero ? TargetFailure.SlowConnect
            : TargetFailure.Late(_timeout, _exchange.Queued));
    }

    /// <summary>Whether the request of that number waits for a connection.</summary>
    public bool IsWaiting(long request) => IsPending && _request == request && _phase == Phase.Queued;

    /// <summary>It has a connection, or may make one.</summary>
    public void Proceed(LeanConnection? connection)
    {
        LeaveQueue();
        _connection = connection;
        if (connection is null)
        {
            Connect();
            return;
        }
        connection.Owner = this;
        Dispatch(_unsent!);
    }

    /// <summary>Something happened to its connection.</summary>
    public void Ready(uint events)
    {
        var request = _request;
        if ((events & Native.Out) != 0 && _unsentFrom < _unsentTo)
        {
            Dispatch(_unsent!);
        }
        if (IsAnswering(request) && (events & ~Native.Out) != 0)
        {
            Receive((events & Native.PeerClosed) != 0);
        }
    }

    /// <summary>Whether that request is still under way: an agent that goes on has begun its next one inside of the call that ended this one.</summary>
    private bool IsAnswering(long request) => IsPending && _request == request && _phase == Phase.Answering;

    /// <summary>What it waited for our own connections is no time of the target's.</summary>
    private void LeaveQueue()
    {
        var now = _loop.Time.GetTimestamp();
        (_exchange.Queued, _exchange.Dispatched) = (_loop.Time.GetElapsedTime(_began, now), now);
    }

    /// <summary>Sends what is left of the request.</summary>
    private void Dispatch(byte[] bytes)
    {
        var request = _request;
        var wasFull = _phase == Phase.Answering;
        _phase = Phase.Answering;
        var sent = _connection!.Send(bytes.AsSpan(_unsentFrom, _unsentTo - _unsentFrom));
        if (sent < 0)
        {
            if (-sent is Native.BrokenPipe or Native.ConnectionReset)
            {
                // A server may have answered before it had the whole request.
                Receive(isEnding: true);
            }
            if (IsAnswering(request))
            {
                Fail(Lost(TargetFailure.WasReset));
            }
            return;
        }
        _exchange.BytesSent += sent;
        _unsentFrom += sent;
        if (_unsentFrom < _unsentTo)
        {
            KeepUnsent(bytes);
            if (!wasFull)
            {
                _connection.AwaitRoom(isFull: true);
            }
        }
        else if (_unsent is not null)
        {
            Rented.Return(_unsent);
            _unsent = null;
            if (wasFull)
            {
                _connection.AwaitRoom(isFull: false);
            }
        }
    }

    private void Receive(bool isEnding)
    {
        for (var i = 0; i < MostReads; i++)
        {
            var count = _connection!.Receive();
            if (count == -Native.Again)
            {
                return;
            }
            var now = _loop.Time.GetTimestamp();
            if (count <= 0)
            {
                if (count == 0 && _reader.End())
                {
                    Succeed(now, keeps: false);
                    return;
                }
                Fail(Lost(count < 0 ? TargetFailure.WasReset : _exchange.BytesReceived == 0 ? TargetFailure.NeverBegan : TargetFailure.EndedEarly));
                return;
            }
            var progress = _reader.Read(_loop.ReceiveBuffer, count);
            if (_responded == 0 && _reader.HasHead)
            {
                _responded = now;
            }
            if (progress == AnswerProgress.Complete)
            {
                Succeed(now, _reader.KeepsAlive && !isEnding && _unsentFrom == _unsentTo);
                return;
            }
            if (progress == AnswerProgress.Malformed)
            {
                Fail(TargetFailure.NoHttp(_reader.Error!));
                return;
            }
            if (progress == AnswerProgress.TooMuch)
            {
                Fail(TargetFailure.TooMuch(shared.Bodies.Most));
                return;
            }
            if (count < TargetLoop.BufferBytes && !isEnding)
            {
                return;
            }
        }
    }

    private LeanConnection? TakeKept(long now)
    {
        for (var i = (_kept?.Count ?? 0) - 1; i >= 0; i--)
        {
            var connection = _kept![i];
            if (connection.Server == _server)
            {
                _kept.RemoveAt(i);
                if (connection.IsUsable(now))
                {
                    return connection;
                }
                connection.Close();
            }
        }
        return null;
    }

    private void CloseKept()
    {
        foreach (var connection in _kept ?? [])
        {
            connection.Close();
        }
        _kept = null;
    }

    private void KeepUnsent(byte[] bytes)
    {
        if (_unsent is null)
        {
            Rented.Ensure(ref _unsent, 0, _unsentTo - _unsentFrom, _unsentTo);
            bytes.AsSpan(_unsentFrom, _unsentTo - _unsentFrom).CopyTo(_unsent);
            (_unsentFrom, _unsentTo) = (0, _unsentTo - _unsentFrom);
        }
    }
}
