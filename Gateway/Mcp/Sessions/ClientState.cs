using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Sessions;

namespace ApeTest.Gateway.Mcp.Sessions;

/// <summary>
/// What one MCP session carries from call to call: cookies, token and variables, apart for each target. Calls take turns, because a session
/// is sequential.
/// </summary>
internal sealed class ClientState
{
    /// <summary>Calls of one session that may be under way or wait. Beyond that a call is refused, so that a flood costs no memory.</summary>
    public const int MostCalls = 64;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, (Uri Url, SessionState State)> _states = new(StringComparer.Ordinal);
    private int _calls;
    private int _actions;

    /// <param name="id">The session's id or handle. It is a credential: only a part of its hash is kept.</param>
    public ClientState(string id)
    {
        Name = "mcp-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 8));
    }

    /// <summary>How logs, and logins of a target that are made for each session, know it.</summary>
    public string Name { get; }

    /// <summary>Trace of the calls that bring none of their own.</summary>
    public ActivityContext Trace { get; } = TraceHeaders.Child(default);

    /// <summary>Whether a call is under way or waits.</summary>
    public bool IsBusy => Volatile.Read(ref _calls) > 0;

    /// <summary>Waits for its turn; null where too many calls wait already.</summary>
    public async ValueTask<Turn?> TakeTurnAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _calls) > MostCalls)
        {
            Interlocked.Decrement(ref _calls);
            return null;
        }
        try
        {
            await _turn.WaitAsync(cancellationToken);
            return new Turn(this);
        }
        catch
        {
            Interlocked.Decrement(ref _calls);
            throw;
        }
    }

    /// <summary>The session's turn: its state may be used until it is disposed.</summary>
    internal sealed class Turn(ClientState session) : IDisposable
    {
        /// <summary>State for a target. A target that moved to another URL starts anew: what one server gave is not shown to another.</summary>
        public SessionState StateFor(TargetEntry target, in ActivityContext trace)
        {
            var action = ++session._actions;
            if (!session._states.TryGetValue(target.Name, out var known) || known.Url != target.Url)
            {
                session._states[target.Name] = known = (target.Url, new SessionState(default));
            }
            known.State.Identity = new ActionIdentity(Run: null, session.Name, Agent: null, action);
            known.State.Trace = trace;
            return known.State;
        }

        public void Dispose()
        {
            session._turn.Release();
            Interlocked.Decrement(ref session._calls);
        }
    }
}
