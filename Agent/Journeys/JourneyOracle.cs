using System.Collections.Immutable;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Journeys.Reading;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Raw;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Journeys;

/// <summary>The declared conditions of one session's journey, beside its steps' own checks. Only journeys that declare some pay for it.</summary>
internal sealed class JourneyOracle
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private const string Bearer = "Authorization: Bearer ";

    private readonly JourneySession _session;
    private readonly DeclaredOracle _oracle;
    private readonly SessionState _state;
    private readonly List<TargetExchange> _answers = [];

    public JourneyOracle(JourneySession session)
    {
        _session = session;
        _oracle = new DeclaredOracle(session.Engine.GoalOf(session.Index), session.Run.Plan.Scenario.Target.Url, name => session.Values.TryGet(name, out var value) ? value : null,
            value => JourneyReport.Secrets(session).Clean(value));
        _state = new SessionState(new ActionIdentity(session.Run.Plan.Run, session.Key.ToString(), null, 0), session.Values.Cookies)
        {
            Trace = JourneySpans.ContextOf(session.Trace),
        };
    }

    /// <summary>What the session ends by where an answer proved a failure condition; null otherwise.</summary>
    public SessionEnd? Failure => _oracle.Failure is { } failure ? SessionEnd.Failed(Judgement.ReasonOf(failure)) : null;

    /// <summary>A request was answered; the session's request is still the one that was sent.</summary>
    public void Answered(CompiledStep step, RawExchange exchange)
    {
        // A read shows what the session shows: its cookies, and the token that it sent last.
        var headers = System.Text.Encoding.UTF8.GetString(_session.Request.Headers.Span);
        if (headers.IndexOf(Bearer, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
        {
            var from = at + Bearer.Length;
            _state.BearerToken = headers[from..headers.IndexOf('\r', from)];
        }
        if (_oracle.Watches(step.Name))
        {
            _answers.Add(exchange.ToTargetExchange(_session.Request));
        }
    }

    /// <summary>Shows it the answers to a step's request, redirects included, once the last has come. True where a read has become due.</summary>
    /// <param name="number">Number of the request in the session, from 1.</param>
    /// <param name="step">The step.</param>
    /// <param name="leads">Whether the answer led to another request, whose answer is still to come.</param>
    public bool Observe(int number, CompiledStep step, bool leads)
    {
        if (leads || _answers.Count == 0)
        {
            return false;
        }
        _oracle.Observe(number, step.Name, new ActionResult { Outcome = ActionOutcome.Ok, Observation = "", Exchange = _answers[^1], Redirects = [.. _answers[..^1]] });
        _answers.Clear();
        return _oracle.HasDueRead;
    }

    /// <summary>Sends the reads that are due. Their time is no time of the session's actions.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        _session.Clock.Harness();
        await _oracle.ReadDueAsync(_session.Engine.General, _session.Run.Plan.Scenario.Target.Name, _state, _session.Run.Time, cancellationToken);
        _session.Clock.Exclude();
    }

    /// <summary>The verdict; null where it was cancelled or the target took longer than 30 s to answer its reads.</summary>
    public async Task<OracleVerdict?> JudgeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, _session.Run.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await _oracle.JudgeAsync(_session.Engine.General, _session.Run.Plan.Scenario.Target.Name, _state, _session.Run.Time, linked.Token);
        }
        catch (OperationCanceledException)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                _session.Recorder.Error(new ErrorSample("oracle_read", "target", _session.TraceKey));
            }
            return null;
        }
    }

    /// <summary>How a session ends that has done all its steps.</summary>
    public static SessionEnd? Judge(OracleVerdict? verdict) => verdict switch
    {
        null => SessionEnd.Failed("target_error: the oracle's reads were not answered within 30 s"),
        { Failure: { } failure } => SessionEnd.Failed(Judgement.ReasonOf(failure)),
        { Succeeded: true } or { Evidence.IsEmpty: true } => null,
        _ when verdict.Evidence.First(static each => !each.Ok) is var missing => SessionEnd.Failed($"{(missing.TargetFailed ? "target_error" : "evidence")}: {missing.Condition} ({missing.Detail})"),
        _ => null,
    };
}
