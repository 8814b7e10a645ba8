using System.Threading.Channels;
using ApeTest.Agent.Sessions;

namespace ApeTest.Cli.Commands.Try;

/// <summary>
/// Carries the events of a session to whoever tells them: the session does not wait for a terminal. Not bounded by itself, but one
/// session has at most a few events a step, and its steps are capped.
/// </summary>
internal sealed class SessionFeed : ISessionObserver
{
    private readonly Channel<SessionEvent> _events = Channel.CreateUnbounded<SessionEvent>(new UnboundedChannelOptions { SingleReader = true });

    public void Observe(SessionEvent happened) => _events.Writer.TryWrite(happened);

    /// <summary>Nothing comes any more.</summary>
    public void End() => _events.Writer.TryComplete();

    /// <summary>What happened, as it happens, until <see cref="End"/>.</summary>
    public IAsyncEnumerable<SessionEvent> ReadAllAsync() => _events.Reader.ReadAllAsync();
}
