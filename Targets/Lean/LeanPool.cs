namespace ApeTest.Targets.Lean;

/// <summary>The connections to a server that the agents of a loop share; who finds none free waits, in order. Of its loop's thread.</summary>
internal sealed class LeanPool(TargetLoop loop, int most)
{
    private readonly Stack<LeanConnection> _idle = new();
    private readonly Queue<(LeanTransport Transport, long Request)> _waiting = new();
    private int _open;
    private bool _isServing;

    /// <summary>Takes a connection or the right to make one; false where there is neither, and who asks is in the queue.</summary>
    public bool TryTake(LeanTransport transport, long request, long now, out LeanConnection? connection)
    {
        if (_waiting.Count == 0 && TryTake(now, out connection))
        {
            return true;
        }
        connection = null;
        _waiting.Enqueue((transport, request));
        return false;
    }

    /// <summary>A connection is free again.</summary>
    public void Return(LeanConnection connection)
    {
        _idle.Push(connection);
        Serve();
    }

    /// <summary>One was closed, or was not made.</summary>
    public void Closed()
    {
        _open--;
        Serve();
    }

    /// <summary>Closes what is free.</summary>
    public void Close()
    {
        while (_idle.TryPop(out var connection))
        {
            connection.Close();
        }
    }

    private bool TryTake(long now, out LeanConnection? connection)
    {
        while (_idle.TryPop(out connection))
        {
            if (connection.IsUsable(now))
            {
                return true;
            }
            connection.Close();
        }
        if (_open < most)
        {
            _open++;
            return true;
        }
        return false;
    }

    /// <summary>Serves who waits, after the answer that made room was looked at.</summary>
    private void Serve()
    {
        if (_waiting.Count > 0 && !_isServing)
        {
            _isServing = true;
            loop.Post(static pool => ((LeanPool)pool!).ServeNow(), this);
        }
    }

    private void ServeNow()
    {
        _isServing = false;
        // Who fails at once stands at the end again: it is served in another turn.
        for (var left = _waiting.Count; left > 0 && _waiting.TryPeek(out var next); left--)
        {
            if (!next.Transport.IsWaiting(next.Request))
            {
                _waiting.Dequeue();
                continue;
            }
            if (!TryTake(loop.Time.GetTimestamp(), out var connection))
            {
                return;
            }
            _waiting.Dequeue();
            next.Transport.Proceed(connection);
        }
        Serve();
    }
}
