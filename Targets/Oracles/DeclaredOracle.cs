using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles;

/// <summary>
/// Judges one session by declared conditions: responses of operations, in the order declared (one response meets at most one condition),
/// and independent reads. Nothing is success without evidence: no condition, no success. Owned by one session; not thread-safe.
/// </summary>
public sealed class DeclaredOracle
{
    /// <summary>
    /// Pauses before a read is sent again that the target failed to answer (5xx, 429, no answer). The read is our question, not the user's:
    /// what it asks for is there or not, whatever one answer says, and to ask again can only find what is there.
    /// </summary>
    private static readonly ImmutableArray<TimeSpan> Patience = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400)];

    private readonly ImmutableArray<CompiledCondition> _conditions;
    private readonly OracleEvidence?[] _evidence;
    private readonly OracleEvidence?[] _failedReads;
    private readonly string[] _lastSeen;
    private readonly Dictionary<string, string> _captured = new(StringComparer.Ordinal);
    private readonly Uri _baseUrl;
    private readonly IReadOnlyDictionary<string, string>? _values;

    /// <summary>Creates the oracle of one session.</summary>
    /// <param name="conditions">The conditions.</param>
    /// <param name="baseUrl">URL that read paths are below: <see cref="ToolCatalog.BaseUrl"/>.</param>
    /// <param name="values">Further values for templates, as the session's data (<c>user.name</c>); null for none.</param>
    public DeclaredOracle(ImmutableArray<SuccessCondition> conditions, Uri baseUrl, IReadOnlyDictionary<string, string>? values = null)
    {
        _values = values;
        _conditions = [.. conditions.Select(static condition => new CompiledCondition(condition))];
        _evidence = new OracleEvidence?[_conditions.Length];
        _failedReads = new OracleEvidence?[_conditions.Length];
        _lastSeen = new string[_conditions.Length];
        _baseUrl = baseUrl;
    }

    /// <summary>Values captured so far.</summary>
    public IReadOnlyDictionary<string, string> Captured => _captured;

    /// <summary>Whether every operation condition has been met; false where there is none.</summary>
    public bool IsSatisfiedSoFar
    {
        get
        {
            var any = false;
            for (var i = 0; i < _conditions.Length; i++)
            {
                if (_conditions[i].ReadPath is null)
                {
                    any = true;
                    if (_evidence[i] is null)
                    {
                        return false;
                    }
                }
            }
            return any;
        }
    }

    /// <summary>
    /// Whether a read could be sent now: everything declared before it has been met. A session that goes on to log out can have it sent
    /// (<see cref="ReadDueAsync"/>) while its credentials still hold.
    /// </summary>
    public bool HasDueRead => NextDue() is { } next && _conditions[next].ReadPath is not null;

    /// <summary>Takes in the answers of an action, redirects included.</summary>
    /// <param name="action">Number of the action in the session, from 1.</param>
    /// <param name="operation">Tool name.</param>
    /// <param name="result">Its result.</param>
    public void Observe(int action, string operation, ActionResult result)
    {
        foreach (var redirect in result.Redirects)
        {
            Observe(action, operation, in redirect);
        }
        if (result.Exchange is { } exchange)
        {
            Observe(action, operation, in exchange);
        }
    }

    /// <summary>Takes in one answer.</summary>
    public void Observe(int action, string operation, in TargetExchange exchange)
    {
        var due = NextOperation();
        for (var i = 0; i < _conditions.Length; i++)
        {
            var condition = _conditions[i];
            if (condition.Operation != operation || _evidence[i] is not null)
            {
                continue;
            }
            var detail = "";
            var answer = exchange.ErrorType ?? exchange.Status.ToString(CultureInfo.InvariantCulture);
            if (exchange.ErrorType is null && condition.IsStatus(exchange.Status))
            {
                if (i != due)
                {
                    _lastSeen[i] = string.Create(CultureInfo.InvariantCulture, $"action {action}: {answer}, but before \"{_conditions[due ?? i].Text}\" (conditions hold in the order declared)");
                    continue;
                }
                if (condition.Matches(exchange.Body, Value, _captured, out detail))
                {
                    _evidence[i] = new OracleEvidence(condition.Text, true, string.Create(CultureInfo.InvariantCulture, $"action {action}: {answer}{Comma(detail)}"));
                    return;
                }
            }
            _lastSeen[i] = string.Create(CultureInfo.InvariantCulture, $"action {action}: {answer}{Comma(detail)}");
        }
    }

    /// <summary>Sends the reads that are due, with the session's credentials; one that does not hold yet is sent again by <see cref="JudgeAsync"/>.</summary>
    public async ValueTask ReadDueAsync(ITargetTransport transport, string target, SessionState state, TimeProvider time, CancellationToken cancellationToken)
    {
        while (NextDue() is { } next && _conditions[next].ReadPath is not null)
        {
            var evidence = await ReadPatientlyAsync(next, transport, target, state, time, cancellationToken);
            if (!evidence.Ok)
            {
                _failedReads[next] = evidence;
                return;
            }
            _evidence[next] = evidence;
        }
    }

    /// <summary>
    /// Judges the session at its end. Reads not yet confirmed are sent as independent requests: the session's credentials and trace, no
    /// operation, no action. A failing target is evidence against, never an exception.
    /// </summary>
    public async ValueTask<OracleVerdict> JudgeAsync(
        ITargetTransport transport, string target, SessionState state, TimeProvider time, CancellationToken cancellationToken)
    {
        var evidence = ImmutableArray.CreateBuilder<OracleEvidence>(_conditions.Length);
        for (var i = 0; i < _conditions.Length; i++)
        {
            var condition = _conditions[i];
            evidence.Add(_evidence[i] ?? (condition.ReadPath is null
                ? new OracleEvidence(condition.Text, false, _lastSeen[i] ?? $"{condition.Operation} was never called")
                : Joined(_failedReads[i], await ReadPatientlyAsync(i, transport, target, state, time, cancellationToken))));
        }
        return new OracleVerdict(evidence.Count > 0 && evidence.All(static item => item.Ok), evidence.ToImmutable());
    }

    /// <summary>Both answers of a read that was sent twice: the second alone may only say that the session has logged out meanwhile.</summary>
    private static OracleEvidence Joined(OracleEvidence? first, OracleEvidence last) => first is null || last.Ok ? last
        : last with { Detail = $"{first.Detail}; again at the end: {last.Detail}", TargetFailed = first.TargetFailed || last.TargetFailed };

    private async ValueTask<OracleEvidence> ReadPatientlyAsync(
        int index, ITargetTransport transport, string target, SessionState state, TimeProvider time, CancellationToken cancellationToken)
    {
        var evidence = await ReadAsync(index, transport, target, state, time, cancellationToken);
        foreach (var pause in Patience)
        {
            if (!evidence.TargetFailed)
            {
                return evidence;
            }
            await Task.Delay(pause, time, cancellationToken);
            var again = await ReadAsync(index, transport, target, state, time, cancellationToken);
            evidence = again with { Detail = $"{evidence.Detail}; again: {again.Detail}" };
        }
        return evidence;
    }

    private async ValueTask<OracleEvidence> ReadAsync(
        int index, ITargetTransport transport, string target, SessionState state, TimeProvider time, CancellationToken cancellationToken)
    {
        var condition = _conditions[index];
        if (condition.Needs.FirstOrDefault(name => ValueOf(name, state) is null) is { } missing)
        {
            return new OracleEvidence(condition.Text, false, $"not sent: '{missing}' was not captured");
        }
        var path = condition.ReadPath!.Render(name => Uri.EscapeDataString(ValueOf(name, state)!));
        if (!Uri.TryCreate(_baseUrl.AbsoluteUri.TrimEnd('/') + path, UriKind.Absolute, out var url))
        {
            return new OracleEvidence(condition.Text, false, $"not sent: {path} is not a path");
        }
        var exchange = await new TargetCaller(transport, target, time).ReadAsync(new TargetCall(condition.Method, url) { ShowToken = true }, state, cancellationToken);
        var detail = exchange.ErrorMessage ?? "";
        var ok = exchange.ErrorType is null && condition.IsStatus(exchange.Status)
            && condition.Matches(exchange.Body, name => ValueOf(name, state), _captured, out detail);
        var answer = exchange.ErrorType ?? exchange.Status.ToString(CultureInfo.InvariantCulture);
        return new OracleEvidence(condition.Text, ok, $"{condition.Method.Method} {url.PathAndQuery}: {answer}{Comma(detail)}",
            TargetFailed: !ok && (exchange.Status is 429 or >= 500 || exchange.ErrorType is not (null or TargetErrors.Denied or TargetErrors.Budget)));
    }

    /// <summary>The first condition not met, whichever kind; null where all are.</summary>
    private int? NextDue()
    {
        for (var i = 0; i < _evidence.Length; i++)
        {
            if (_evidence[i] is null)
            {
                return i;
            }
        }
        return null;
    }

    /// <summary>The first operation condition not met; reads do not hold back what the session does next.</summary>
    private int? NextOperation()
    {
        for (var i = 0; i < _evidence.Length; i++)
        {
            if (_evidence[i] is null && _conditions[i].ReadPath is null)
            {
                return i;
            }
        }
        return null;
    }

    private string? Value(string name) => _captured.GetValueOrDefault(name) ?? _values?.GetValueOrDefault(name);

    private string? ValueOf(string name, SessionState state) => Value(name) is { } known ? known
        : state.Variables.TryGetValue(name, out var variable) ? variable.ValueKind == JsonValueKind.String ? variable.GetString() : variable.GetRawText()
        : null;

    private static string Comma(string detail) => detail.Length == 0 ? "" : ", " + detail;
}
