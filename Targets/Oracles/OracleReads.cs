using System.Collections.Immutable;
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
/// <param name="tokenHeader">Header that carries the session's token beside <c>Authorization</c>; null for none.</param>
internal sealed class OracleReads(ITargetTransport transport, string target, Uri baseUrl, SessionState state, TimeProvider time, string? tokenHeader)
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
            if (known(name) is not { } value)
            {
                return new Finding(Truth.Unknown, $"not sent: '{name}' was not captured");
            }
            if (string.IsNullOrWhiteSpace(value))
            {
                return new Finding(Truth.Unknown, $"not sent: '{name}' is empty");
            }
        }
        var path = condition.ReadPath.Render(name => Uri.EscapeDataString(known(name)!));
        if (!condition.ReadPath.Placeholders.IsEmpty && HasDots(path))
        {
            return new Finding(Truth.Unknown, $"not sent: {show(path)} is the path of something else");
        }
        if (!Uri.TryCreate(baseUrl.AbsoluteUri.TrimEnd('/') + path, UriKind.Absolute, out var url))
        {
            return new Finding(Truth.Unknown, $"not sent: {show(path)} is not a path");
        }
        var own = condition.As is ReadAs.Session;
        var exchange = await SendAsync(condition, url, own, cancellationToken);
        if (!condition.Status.Contains(exchange.Status) && Redirection.SlashOf(in exchange) is { } same)
        {
            exchange = await SendAsync(condition, same, own, cancellationToken);
        }
        var (truth, detail) = (Truth.Refuted, exchange.ErrorMessage ?? "");
        var isAsked = exchange.ErrorType is null && condition.Status.Contains(exchange.Status);
        if (isAsked)
        {
            truth = condition.Answer.Judge(in exchange, known, (name, value) => values.Keep(condition.Scope, name, value), show, out detail);
        }
        if (truth is Truth.Refuted && (SaysNothing(in exchange, own) || (!isAsked && Redirection.Is(in exchange))))
        {
            truth = Truth.Unknown;
        }
        return new Finding(
            truth,
            $"{condition.Method.Method} {show((exchange.Url ?? url).PathAndQuery)}{(own ? "" : " as nobody")}: {Redirection.Told(in exchange, show)}{(detail.Length == 0 ? "" : $", {detail}")}",
            TargetFailed: truth is not Truth.Proven && IsFailure(in exchange));
    }

    private ValueTask<TargetExchange> SendAsync(CompiledCondition condition, Uri url, bool own, CancellationToken cancellationToken) =>
        new TargetCaller(transport, target, time).ReadAsync(new TargetCall(condition.Method, url) { ShowToken = own, TokenHeader = own ? tokenHeader : null }, own ? state : Nobody(), cancellationToken);

    /// <summary>Whether a segment is <c>.</c> or <c>..</c>, which no escaping keeps: such a path names what is above.</summary>
    private static bool HasDots(string path)
    {
        var end = path.AsSpan().IndexOfAny('?', '#');
        foreach (var range in path.AsSpan(0, end < 0 ? path.Length : end).Split('/'))
        {
            if (path.AsSpan()[range] is "." or "..")
            {
                return true;
            }
        }
        return false;
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
