using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles;

/// <summary>Sends an oracle's reads: independent requests in the session's trace, no operation, no action. A failing target is evidence, never an exception.</summary>
/// <param name="transport">How requests travel.</param>
/// <param name="target">Name of the target.</param>
/// <param name="baseUrl">URL that paths are below.</param>
/// <param name="state">The session whose credentials are shown.</param>
/// <param name="time">Clock.</param>
internal sealed class OracleReads(ITargetTransport transport, string target, Uri baseUrl, SessionState state, TimeProvider time)
{
    /// <summary>
    /// Pauses before a read is sent again that the target failed to answer (5xx, 429, no answer). The read is our question, not the user's:
    /// what it asks for is there or not, whatever one answer says, and to ask again can only find what is there.
    /// </summary>
    private static readonly ImmutableArray<TimeSpan> Patience = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400)];

    /// <summary>The session whose credentials are shown.</summary>
    public SessionState State => state;

    /// <summary>Whether the condition holds, as the target answers; asked again where the target failed to.</summary>
    public async ValueTask<Finding> AskAsync(CompiledCondition condition, ScopedValues values, Func<string, string> show, CancellationToken cancellationToken)
    {
        var finding = await AskOnceAsync(condition, values, show, cancellationToken);
        foreach (var pause in Patience)
        {
            if (!finding.TargetFailed)
            {
                return finding;
            }
            await Task.Delay(pause, time, cancellationToken);
            var again = await AskOnceAsync(condition, values, show, cancellationToken);
            finding = again with { Detail = $"{finding.Detail}; again: {again.Detail}" };
        }
        return finding;
    }

    private async ValueTask<Finding> AskOnceAsync(CompiledCondition condition, ScopedValues values, Func<string, string> show, CancellationToken cancellationToken)
    {
        var known = values.In(condition.Scope);
        foreach (var name in condition.ReadPath!.Placeholders)
        {
            if (known(name) is null)
            {
                return new Finding(Truth.Unknown, $"not sent: '{name}' was not captured");
            }
        }
        var path = condition.ReadPath.Render(name => Uri.EscapeDataString(known(name)!));
        if (!Uri.TryCreate(baseUrl.AbsoluteUri.TrimEnd('/') + path, UriKind.Absolute, out var url))
        {
            return new Finding(Truth.Unknown, $"not sent: {path} is not a path");
        }
        var own = condition.As is ReadAs.Session;
        var exchange = await new TargetCaller(transport, target, time)
            .ReadAsync(new TargetCall(condition.Method, url) { ShowToken = own }, own ? state : Nobody(), cancellationToken);
        var detail = exchange.ErrorMessage ?? "";
        var holds = exchange.ErrorType is null && condition.Status.Contains(exchange.Status)
            && condition.Answer.Meets(in exchange, known, (name, value) => values.Keep(condition.Scope, name, value), show, out detail);
        var answer = exchange.ErrorType ?? exchange.Status.ToString(CultureInfo.InvariantCulture);
        return new Finding(
            holds ? Truth.Proven : SaysNothing(in exchange, own) ? Truth.Unknown : Truth.Refuted,
            $"{condition.Method.Method} {url.PathAndQuery}{(own ? "" : " as nobody")}: {answer}{(detail.Length == 0 ? "" : $", {detail}")}",
            TargetFailed: !holds && IsFailure(in exchange));
    }

    /// <summary>Whether the answer leaves open what was asked: none came, or the session may not ask (any more).</summary>
    private static bool SaysNothing(in TargetExchange exchange, bool own) =>
        exchange.ErrorType is not null || IsFailure(in exchange) || (own && exchange.Status is 401 or 403);

    private static bool IsFailure(in TargetExchange exchange) =>
        exchange.Status is 429 or >= 500 || exchange.ErrorType is not (null or TargetErrors.Denied or TargetErrors.Budget);

    /// <summary>Somebody new in the same trace: no cookies, no token; the secrets only so that no log shows them.</summary>
    private SessionState Nobody()
    {
        var nobody = new SessionState(state.Identity, time) { Trace = state.Trace };
        foreach (var (name, value) in state.Secrets)
        {
            nobody.Secrets[name] = value;
        }
        return nobody;
    }
}
