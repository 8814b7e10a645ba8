namespace ApeTest.Targets.Lean;

/// <summary>
/// What waits on a loop, by token: each token is registered with once, not once an operation. A token is forgotten when nothing waits under it
/// and more than a few are known. Of the loop's thread.
/// </summary>
internal sealed class TokenWatches(TargetLoop loop)
{
    private const int MostIdle = 64;

    private readonly Dictionary<CancellationToken, TokenWatch> _watches = [];
    private TokenWatch? _last;

    /// <summary>An operation begins to wait.</summary>
    public void Add(LoopOperation operation, CancellationToken token)
    {
        if (_last is null || _last.Token != token)
        {
            _last = Find(token);
        }
        _last.Add(operation);
    }

    /// <summary>It waits no more.</summary>
    public void Remove(LoopOperation operation)
    {
        if (operation.Watch is not { } watch)
        {
            return;
        }
        watch.Remove(operation);
        if (watch.IsEmpty && _watches.Count > MostIdle)
        {
            Forget(watch);
        }
    }

    /// <summary>Ends all that waits.</summary>
    public void Abandon(Func<Exception> reason)
    {
        while (_watches.Values.FirstOrDefault() is { } watch)
        {
            watch.Abandon(reason);
            Forget(watch);
        }
    }

    private TokenWatch Find(CancellationToken token)
    {
        if (!_watches.TryGetValue(token, out var watch))
        {
            watch = new TokenWatch(loop, token);
            _watches[token] = watch;
        }
        return watch;
    }

    private void Forget(TokenWatch watch)
    {
        if (_watches.Remove(watch.Token))
        {
            watch.Stop();
        }
        if (_last == watch)
        {
            _last = null;
        }
    }
}
