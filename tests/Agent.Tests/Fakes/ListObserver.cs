using ApeTest.Agent.Sessions;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>Keeps what it is told.</summary>
/// <param name="told">Called with each event. Default: nothing.</param>
internal sealed class ListObserver(Action<SessionEvent>? told = null) : ISessionObserver
{
    public List<SessionEvent> Events { get; } = [];

    public void Observe(SessionEvent happened)
    {
        Events.Add(happened);
        told?.Invoke(happened);
    }
}
