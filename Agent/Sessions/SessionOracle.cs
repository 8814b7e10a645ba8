using ApeTest.Targets.Oracles;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary>The oracle of one session at work. A brain never sees it.</summary>
internal sealed class SessionOracle(SessionContext session)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DeclaredOracle _oracle = new(session.Inputs.Goal, session.Run.Catalog.BaseUrl,
        name => session.Inputs.Values.GetValueOrDefault(name) ?? session.Inputs.Secrets.GetValueOrDefault(name), session.Secrets.Clean)
    {
        // What the target's configuration sets stands.
        TokenHeader = session.Run.Catalog.TokenHeader is { } header && !session.Run.Plan.Scenario.Target.Headers.Keys.Contains(header, StringComparer.OrdinalIgnoreCase) ? header : null,
    };
    private Task _reads = Task.CompletedTask;

    /// <summary>Completes when no read is under way. The next call waits for it: a logout would take the read's credentials away.</summary>
    public Task ReadsDone => _reads;

    /// <summary>What the session ends by where an answer proved a failure condition; null otherwise.</summary>
    public SessionEnd? Failure => _oracle.Failure is { } failure ? SessionEnd.Failed(Judgement.ReasonOf(failure)) : null;

    /// <summary>
    /// Shows the oracle what came back. A read that became due goes out at once, beside the next decision: a session that logs out
    /// afterwards could not prove anything any more.
    /// </summary>
    public void Observe(int number, string tool, ActionResult result, CancellationToken cancellationToken)
    {
        _oracle.Observe(number, tool, result);
        if (_oracle.Watches(tool) && _oracle.HasDueRead)
        {
            _reads = _oracle.ReadDueAsync(session.Run.Transport, session.Run.Plan.Scenario.Target.Name, session.State, session.Run.Time, cancellationToken).AsTask();
        }
    }

    /// <summary>The verdict; null when it was cancelled or the target took longer than 30 s to answer its reads.</summary>
    public async ValueTask<OracleVerdict?> JudgeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, session.Run.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _reads.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var verdict = await _oracle.JudgeAsync(session.Run.Transport, session.Run.Plan.Scenario.Target.Name, session.State, session.Run.Time, linked.Token);
            foreach (var evidence in verdict.Evidence)
            {
                if (evidence is { Ok: false, TargetFailed: true })
                {
                    // No action of the session, and yet what it failed by: without it the errors would not say why.
                    session.Failed("oracle_read", "target");
                }
            }
            if (verdict.Failure is not null)
            {
                session.Failed("failure_condition", "target");
            }
            return verdict;
        }
        catch (OperationCanceledException)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                session.Failed("oracle_read", "target");
            }
            return null;
        }
    }
}
