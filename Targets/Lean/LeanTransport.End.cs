using ApeTest.Targets.Http;

namespace ApeTest.Targets.Lean;

/// <summary>How a request ends: what is known of it, what becomes of its connection, and how its agent goes on.</summary>
internal sealed partial class LeanTransport
{
    private void Succeed(long now, bool keeps)
    {
        Release(keeps);
        TargetFailure? failure = null;
        if (_maxBody > 0 && _exchange.Headers.TryGet("Content-Encoding"u8, out var encoding) && ContentDecoder.Knows(encoding))
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

    /// <summary>A kept connection on which no byte of the answer came was most likely closed while it lay idle.</summary>
    private TargetFailure Lost(TargetFailure failure) => _exchange is { IsNewConnection: false, BytesReceived: 0 } ? TargetFailure.WasStale : failure;

    /// <summary>The agent goes on, inside of this call; what its answer lay in is free when it has awaited again.</summary>
    private void End(Exception? error)
    {
        if (error is null && !IsAwaited && _exchange.BytesReceived == 0 && !shared.MayEndAtOnce())
        {
            // An agent whose errors come at once would keep the loop to itself.
            _phase = Phase.Ending;
            _loop.Post(static transport => ((LeanTransport)transport!).EndLate(), this);
            return;
        }
        EndNow(error);
    }

    private void EndLate()
    {
        if (IsPending && _phase == Phase.Ending)
        {
            _phase = Phase.Idle;
            EndNow(null);
        }
    }

    private void EndNow(Exception? error)
    {
        var (head, body) = _reader.TakeBuffers();
        if (Complete(error))
        {
            Rented.Return(head);
            Rented.Return(body);
        }
    }
}
