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
    private readonly AnswerReader _reader = new();
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
    private long _responded;
    private long _request;
    private Phase _phase;
    private bool _isDisposed;

    private enum Phase
    {
        Idle, Queued, Resolving, Connecting, Answering,
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
        var now = _loop.Time.GetTimestamp();
        exchange.Dispatched = now;
        (_route, _exchange, _timeout, _maxBody, _responded) = (request.Route, exchange, request.Timeout, request.MaxBodyBytes, 0);
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
    public override void Expire() => Fail(_phase is Phase.Connecting ? TargetFailure.SlowConnect : TargetFailure.Late(_timeout));

    /// <summary>Whether the request of that number waits for a connection.</summary>
    public bool IsWaiting(long request) => IsPending && _request == request && _phase == Phase.Queued;

    /// <summary>It has a connection, or may make one.</summary>
    public void Proceed(LeanConnection? connection)
    {
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
        if ((events & Native.Out) != 0 && _unsentFrom < _unsentTo)
        {
            Dispatch(_unsent!);
        }
        if (_phase == Phase.Answering && (events & ~Native.Out) != 0)
        {
            Receive((events & Native.PeerClosed) != 0);
        }
    }

    /// <summary>Sends what is left of the request.</summary>
    private void Dispatch(byte[] bytes)
    {
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
            if (_phase == Phase.Answering && IsPending)
            {
                Fail(TargetFailure.WasReset);
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
                Fail(count < 0 ? TargetFailure.WasReset : _exchange.BytesReceived == 0 ? TargetFailure.NeverBegan : TargetFailure.EndedEarly);
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
            if (count < TargetLoop.BufferBytes && !isEnding)
            {
                return;
            }
        }
    }

    private void Succeed(long now, bool keeps)
    {
        Release(keeps);
        TargetFailure? failure = null;
        if (_exchange.Headers.TryGet("Content-Encoding"u8, out var encoding) && ContentDecoder.Knows(encoding))
        {
            if (ContentDecoder.TryDecode(encoding, _exchange.Body, _maxBody, out var body, out var length))
            {
                (_exchange.Body, _exchange.BodyLength) = (body, length);
            }
            else
            {
                failure = TargetFailure.Corrupt;
            }
        }
        Note(failure, now);
        End(null);
    }

    private void Fail(TargetFailure failure)
    {
        Release(keeps: false);
        Note(failure, _loop.Time.GetTimestamp());
        End(null);
    }

    /// <summary>What is known of the exchange at its end.</summary>
    private void Note(TargetFailure? failure, long now)
    {
        var exchange = _exchange;
        exchange.Ended = now;
        exchange.Target = _loop.Time.GetElapsedTime(exchange.Dispatched, now);
        exchange.Ttfb = _responded == 0 || _responded == now ? exchange.Target : _loop.Time.GetElapsedTime(exchange.Dispatched, _responded);
        if (failure is { } why)
        {
            (exchange.ErrorType, exchange.ErrorMessage) = (why.ErrorType, why.Message);
            (exchange.Body, exchange.BodyLength) = (default, 0);
            if (!_reader.HasHead)
            {
                // Places of a head that never came to its end.
                exchange.Headers.Clear();
            }
        }
        shared.Counts.Add(_route, exchange);
    }

    /// <summary>The request is over: its deadline, its buffer and its connection.</summary>
    private void Release(bool keeps)
    {
        _loop.Done(this);
        Rented.Return(_unsent);
        _unsent = null;
        var (connection, phase) = (_connection, _phase);
        (_connection, _phase) = (null, Phase.Idle);
        if (connection is null)
        {
            if (phase is Phase.Resolving or Phase.Connecting)
            {
                _pool?.Closed();
            }
        }
        else if (!keeps || !connection.IsOpen)
        {
            connection.Close();
        }
        else
        {
            connection.Rest();
            if (_pool is not null)
            {
                _pool.Return(connection);
            }
            else
            {
                (_kept ??= new List<LeanConnection>(1)).Add(connection);
            }
        }
    }

    /// <summary>The agent goes on, inside of this call; what its answer lay in is free when it has awaited again.</summary>
    private void End(Exception? error)
    {
        var (head, body) = _reader.TakeBuffers();
        if (Complete(error))
        {
            Rented.Return(head);
            Rented.Return(body);
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
