using ApeTest.Agent.Sessions;

namespace ApeTest.Cli.Commands.Try;

/// <summary>Tells a trial while it goes on: text for people, JSON lines for programs, or nothing.</summary>
internal interface ITrialView
{
    /// <summary>The session is about to begin.</summary>
    void Begin(TrialStart start);

    /// <summary>Something happened in it.</summary>
    void Show(SessionEvent happened);

    /// <summary>It has ended.</summary>
    void End(TrialResult result);
}
