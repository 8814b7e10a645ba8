using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles;

/// <summary>
/// Judges one session by the declared conditions of its goal: responses of operations, in the order declared (one response meets at most one
/// condition), independent reads, what was captured, and <c>all</c>, <c>any</c>, <c>not</c> of these. Nothing is success without evidence: no
/// condition, no success. Owned by one session; not thread-safe.
/// </summary>
public sealed class DeclaredOracle
{
    private const int MostShown = 120;

    private readonly CompiledOracle _oracle;
    private readonly ScopedValues _values;
    private readonly OracleProgress _progress;
    private readonly Func<string, string> _show;
    private readonly Uri _baseUrl;

    /// <summary>Creates the oracle of one session.</summary>
    /// <param name="goal">The goal; one instance for all sessions of a run, so that its conditions are read once.</param>
    /// <param name="baseUrl">URL that read paths are below: <see cref="ToolCatalog.BaseUrl"/>.</param>
    /// <param name="values">Further values for templates, as the session's data (<c>user.name</c>); null for none.</param>
    /// <param name="clean">Takes secrets out of a value before evidence shows a part of it; null: there are none.</param>
    public DeclaredOracle(GoalSpec goal, Uri baseUrl, Func<string, string?>? values = null, Func<string, string>? clean = null)
    {
        _oracle = CompiledOracle.Of(goal);
        _values = new ScopedValues(_oracle.Layout.Parents, values);
        _show = value => Short(clean is null ? value : clean(value));
        _progress = new OracleProgress(_oracle.Layout.Count, _values, _show);
        _baseUrl = baseUrl;
    }

    /// <summary>Creates the oracle of one session, of success conditions alone.</summary>
    public DeclaredOracle(ImmutableArray<SuccessCondition> conditions, Uri baseUrl)
        : this(new GoalSpec { Name = "", Goal = "", Success = conditions }, baseUrl)
    {
    }

    /// <summary>Header in which reads show the session's token too (<see cref="ToolCatalog.TokenHeader"/>). Default null: in <c>Authorization</c> alone.</summary>
    public string? TokenHeader { get; init; }

    /// <summary>Values captured so far.</summary>
    public IReadOnlyDictionary<string, string> Captured => _values.Outermost;

    /// <summary>Whether every condition that waits for an operation has been met; false where there is none.</summary>
    public bool IsSatisfiedSoFar => _oracle.Layout.Operations.Count > 0 && !_oracle.Success.Any(_progress.WaitsForOperation);

    /// <summary>A failure condition that the answers so far have proven; null for none. What needs a read, a variable or a <c>not</c> is judged at the end.</summary>
    public OracleEvidence? Failure { get; private set; }

    /// <summary>
    /// Whether a read could be sent now: everything declared before it has been met. A session that goes on to log out can have it sent
    /// (<see cref="ReadDueAsync"/>) while its credentials still hold.
    /// </summary>
    public bool HasDueRead => _progress.NextRead(_oracle.Success, tried: null) is not null;

    /// <summary>Whether a condition names the operation.</summary>
    public bool Watches(string operation) => _oracle.Layout.Operations.Contains(operation);

    /// <summary>Takes in the answers of an action, redirects included.</summary>
    /// <param name="action">Number of the action in the session, from 1.</param>
    /// <param name="operation">Tool name.</param>
    /// <param name="result">Its result.</param>
    public void Observe(int action, string operation, ActionResult result)
    {
        TargetExchange? ledBy = null;
        foreach (var redirect in result.Redirects)
        {
            Observe(new OperationAnswer(action, operation, redirect, ledBy));
            // 307 and 308 send the same request again; where only a slash is other, the answer is to what was asked.
            if (ledBy is null && !(redirect.Status is 307 or 308 && Redirection.SlashOf(in redirect) is not null))
            {
                ledBy = redirect;
            }
        }
        if (result.Exchange is { } exchange)
        {
            Observe(new OperationAnswer(action, operation, exchange, ledBy));
        }
    }

    /// <summary>Takes in one answer.</summary>
    public void Observe(int action, string operation, in TargetExchange exchange) => Observe(new OperationAnswer(action, operation, exchange));

    private void Observe(in OperationAnswer answer)
    {
        if (!Watches(answer.Operation))
        {
            return;
        }
        _progress.Offer(_oracle.Success, in answer, default);
        foreach (var condition in _oracle.Failure)
        {
            _progress.Offer(condition, in answer, default);
            if (Failure is null && _progress.IsProven(condition))
            {
                Failure = FailureOf(condition, _progress.Told(condition));
            }
        }
    }

    /// <summary>Sends the reads that are due, with the session's credentials; one that does not hold yet is sent again by <see cref="JudgeAsync"/>.</summary>
    public async ValueTask ReadDueAsync(ITargetTransport transport, string target, SessionState state, TimeProvider time, CancellationToken cancellationToken)
    {
        var reads = new OracleReads(transport, target, _baseUrl, state, time, TokenHeader);
        var tried = new HashSet<CompiledCondition>();
        while (_progress.NextRead(_oracle.Success, tried) is { } read)
        {
            tried.Add(read);
            _progress.Answered(read, await reads.AskAsync(read, _values, _show, cancellationToken));
            _progress.PublishAlternatives(_oracle.Success);
        }
    }

    /// <summary>
    /// Judges the session at its end. Reads not yet settled are sent as independent requests: the session's credentials and trace, no
    /// operation, no action. A failing target is evidence against, never an exception.
    /// </summary>
    public async ValueTask<OracleVerdict> JudgeAsync(
        ITargetTransport transport, string target, SessionState state, TimeProvider time, CancellationToken cancellationToken)
    {
        var judge = new OracleJudge(_progress, _values, new OracleReads(transport, target, _baseUrl, state, time, TokenHeader), _show);
        var evidence = ImmutableArray.CreateBuilder<OracleEvidence>(_oracle.Success.Length + 1);
        foreach (var condition in _oracle.Success)
        {
            var finding = await judge.FindAsync(condition, cancellationToken);
            var holds = finding.Truth is Truth.Proven;
            evidence.Add(new OracleEvidence(condition.Text, holds, finding.Detail, !holds && finding.TargetFailed));
        }
        var succeeded = evidence.Count > 0 && evidence.All(static item => item.Ok);
        var failure = Failure;
        for (var i = 0; i < _oracle.Failure.Length && failure is null; i++)
        {
            if (await judge.FindAsync(_oracle.Failure[i], cancellationToken) is { Truth: Truth.Proven } finding)
            {
                failure = FailureOf(_oracle.Failure[i], finding.Detail);
            }
        }
        if (failure is not null)
        {
            evidence.Add(failure with { Condition = $"must not hold: {failure.Condition}", Ok = false });
        }
        return new OracleVerdict(succeeded && failure is null, evidence.ToImmutable()) { Failure = failure };
    }

    private static OracleEvidence FailureOf(CompiledCondition condition, string detail) => new(condition.Text, true, detail);

    private static string Short(string text) => text.Length <= MostShown ? text
        : string.Concat(text.AsSpan(0, MostShown - (char.IsHighSurrogate(text[MostShown - 4]) ? 4 : 3)), "...");
}
