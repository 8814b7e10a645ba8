namespace ApeTest.Agent.Sessions;

/// <summary>
/// Is told what sessions do, as it happens: for one session that a person watches, not for a load. Called on the session's own path, by
/// many sessions at once where there are many; it must return at once and never throw. Its time counts in no figure but the session's
/// duration. Everything it is told is cleaned of secrets.
/// </summary>
public interface ISessionObserver
{
    /// <summary>Something happened in a session. The events of one session come in their order.</summary>
    void Observe(SessionEvent happened);
}
