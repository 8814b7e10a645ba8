using ApeTest.Agent.Brains;
using ApeTest.Runs.Records;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Tells an observer what one session does. Everything is cleaned of secrets here, and the time that it takes is the observer's: it
/// counts neither in an interval nor in a part.
/// </summary>
internal sealed class SessionNarrator(SessionContext session, ISessionObserver observer)
{
    public void Started()
        => Tell(() => new SessionStarted(session.Id, session.TraceId, session.Inputs.Goal.Name, Clean(session.Inputs.GoalText), session.Inputs.Persona?.Name));

    public void Decided(Decision decision)
        => Tell(() => new SessionDecided(session.Id, decision.Text is { } text ? Clean(text) : null,
            decision.Reasoning is { } reasoning ? Clean(reasoning) : null,
            [.. decision.Calls.Select(call => call with { Arguments = session.Secrets.Clean(call.Arguments) })], decision.Model));

    public void ModelFailed(BrainException exception) => Tell(() => new SessionModelFailed(session.Id, exception.Type, Clean(exception.Message)));

    /// <param name="tool">The tool.</param>
    /// <param name="record">The call as recorded.</param>
    /// <param name="result">Its result, with an exchange.</param>
    /// <param name="observation">What the brain is told, cleaned.</param>
    public void Acted(ToolSpec tool, ActionRecord record, ActionResult result, string observation)
    {
        // What the call asked for, not where a redirect led.
        var sent = result.Redirects.IsEmpty ? result.Exchange!.Value : result.Redirects[0];
        var timing = result.Exchange!.Value.Timing;
        Tell(() => new SessionActed(session.Id, record, tool.Method ?? "", Path(sent.Url), timing.Total, timing.Target, result.Redirects.Length, observation));
    }

    public void Noted(ActionRecord record, string observation) => Tell(() => new SessionNoted(session.Id, record, observation));

    public void Rejected(ActionRecord record, string observation) => Tell(() => new SessionRejected(session.Id, record, observation));

    public void Recovered(string kind) => Tell(() => new SessionRecovered(session.Id, kind));

    public void Claimed(int call, FinishClaim claim) => Tell(() => new SessionClaimed(session.Id, call, claim.Success, Clean(claim.Reason)));

    public void Ended(SessionRecord record) => Tell(() => new SessionEnded(session.Id, record, session.Transcript.Actions));

    // Secrets stand in a URL escaped: unescaped they are found, and a person reads it more easily.
    private string Path(Uri? url) => url is null ? "" : Clean(Uri.UnescapeDataString(url.AbsolutePath + url.Query.Replace('+', ' ')));

    private string Clean(string text) => session.Secrets.Clean(text);

    private void Tell(Func<SessionEvent> happened)
    {
        session.Clock.Harness();
        observer.Observe(happened());
        session.Clock.Exclude();
    }
}
