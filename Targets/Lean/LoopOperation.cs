using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace ApeTest.Targets.Lean;

/// <summary>
/// Something that a flow on a loop awaits: reused, without allocation. All of it happens on the loop's thread, so what awaits it goes on there and at
/// once, whatever context it captured.
/// </summary>
internal abstract class LoopOperation : WheelLink, IValueTaskSource
{
    private Action<object?>? _continuation;
    private object? _state;
    private ExecutionContext? _context;
    private Exception? _error;
    private short _version;
    private bool _isDone = true;

    /// <summary>Whether it is under way.</summary>
    public bool IsPending => !_isDone;

    /// <summary>Whether a flow waits for it already.</summary>
    protected bool IsAwaited => _continuation is not null;

    // Its place in the list of those that wait under the same token.
    internal TokenWatch? Watch { get; set; }

    internal LoopOperation? PreviousOfToken { get; set; }

    internal LoopOperation? NextOfToken { get; set; }

    /// <summary>Ends it before its time: its token was cancelled, or its loop ends.</summary>
    public abstract void Abandon(Exception reason);

    /// <summary>Its deadline has passed.</summary>
    public virtual void Expire()
    {
    }

    /// <summary>A new operation; what it is awaited by.</summary>
    protected ValueTask Begin()
    {
        (_isDone, _error, _continuation, _state, _context) = (false, null, null, null, null);
        return new ValueTask(this, ++_version);
    }

    /// <summary>It is done: what awaits it goes on now, inside of this call. False where nothing awaits it yet.</summary>
    protected bool Complete(Exception? error)
    {
        _error = error;
        _isDone = true;
        if (_continuation is not { } continuation)
        {
            return false;
        }
        var (state, context) = (_state, _context);
        (_continuation, _state, _context) = (null, null, null);
        Run(continuation, state, context);
        return true;
    }

    /// <summary>Its result was taken.</summary>
    protected virtual void Taken()
    {
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token)
    {
        Check(token);
        return !_isDone ? ValueTaskSourceStatus.Pending
            : _error is null ? ValueTaskSourceStatus.Succeeded
            : _error is OperationCanceledException ? ValueTaskSourceStatus.Canceled : ValueTaskSourceStatus.Faulted;
    }

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        var context = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0 ? ExecutionContext.Capture() : null;
        if (_isDone)
        {
            Run(continuation, state, context);
            return;
        }
        if (_continuation is not null)
        {
            throw new InvalidOperationException("It is awaited already.");
        }
        (_continuation, _state, _context) = (continuation, state, context);
    }

    void IValueTaskSource.GetResult(short token)
    {
        Check(token);
        if (!_isDone)
        {
            throw new InvalidOperationException("It is not done: await it.");
        }
        var error = _error;
        _error = null;
        Taken();
        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    private static void Run(Action<object?> continuation, object? state, ExecutionContext? context)
    {
        if (context is null)
        {
            continuation(state);
            return;
        }
        ExecutionContext.Run(context, static both =>
        {
            var (then, value) = ((Action<object?>, object?))both!;
            then(value);
        }, (continuation, state));
    }

    private void Check(short token)
    {
        if (token != _version)
        {
            throw new InvalidOperationException("Its result was taken already: await it once.");
        }
    }
}
