namespace ApeTest.Targets.Lean;

/// <summary>The operations of a loop that wait under one token. Of the loop's thread, but for the token's call.</summary>
internal sealed class TokenWatch
{
    private readonly TargetLoop _loop;
    private readonly CancellationTokenRegistration _registration;
    private LoopOperation? _first;

    public TokenWatch(TargetLoop loop, CancellationToken token)
    {
        _loop = loop;
        Token = token;
        _registration = token.UnsafeRegister(static state =>
        {
            var watch = (TokenWatch)state!;
            watch._loop.Post(static state => ((TokenWatch)state!).Cancel(), watch);
        }, this);
    }

    /// <summary>The token.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether nothing waits under it.</summary>
    public bool IsEmpty => _first is null;

    /// <summary>Adds an operation.</summary>
    public void Add(LoopOperation operation)
    {
        (operation.Watch, operation.PreviousOfToken, operation.NextOfToken) = (this, null, _first);
        if (_first is not null)
        {
            _first.PreviousOfToken = operation;
        }
        _first = operation;
    }

    /// <summary>Removes one of its operations.</summary>
    public void Remove(LoopOperation operation)
    {
        if (operation.PreviousOfToken is { } previous)
        {
            previous.NextOfToken = operation.NextOfToken;
        }
        else
        {
            _first = operation.NextOfToken;
        }
        if (operation.NextOfToken is { } next)
        {
            next.PreviousOfToken = operation.PreviousOfToken;
        }
        (operation.Watch, operation.PreviousOfToken, operation.NextOfToken) = (null, null, null);
    }

    /// <summary>Ends all of its operations.</summary>
    public void Abandon(Func<Exception> reason)
    {
        while (_first is { } operation)
        {
            operation.Abandon(reason());
        }
    }

    /// <summary>Leaves the token alone.</summary>
    public void Stop() => _registration.Unregister();

    private void Cancel() => Abandon(() => new OperationCanceledException(Token));
}
