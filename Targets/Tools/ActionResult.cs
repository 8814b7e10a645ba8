using System.Collections.Immutable;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Tools;

/// <summary>How a call ended.</summary>
public enum ActionOutcome
{
    /// <summary>The target answered below 400.</summary>
    Ok,

    /// <summary>The target answered 4xx or 5xx, or with GraphQL errors.</summary>
    HttpError,

    /// <summary>No usable response: see <see cref="ActionResult.ErrorType"/>.</summary>
    TransportError,

    /// <summary>The call was not sent: unknown tool or arguments against the schema.</summary>
    Rejected,
}

/// <summary>Result of one tool call. Failures are data.</summary>
public sealed record ActionResult
{
    /// <summary>How the call ended.</summary>
    public required ActionOutcome Outcome { get; init; }

    /// <summary>The exchange with the target, the last one where redirects were followed (its timing is then the sum); null where nothing was sent.</summary>
    public TargetExchange? Exchange { get; init; }

    /// <summary>When the request was dispatched (<see cref="TimeProvider.GetTimestamp"/>); 0 where nothing was sent.</summary>
    public long Dispatched { get; init; }

    /// <summary>Bounded: <c>http_404</c>, a value of <see cref="TargetErrors"/>, <c>unknown_tool</c>, <c>invalid_arguments</c>; null when ok.</summary>
    public string? ErrorType { get; init; }

    /// <summary>What the brain is told: the JSON observation of <see cref="Observation"/>.</summary>
    public required string Observation { get; init; }

    /// <summary>The request as the call made it, before redirects; null where nothing was sent.</summary>
    public SentRequest? Sent { get; init; }

    /// <summary>Answers before <see cref="Exchange"/> that redirected to it, oldest first.</summary>
    public ImmutableArray<TargetExchange> Redirects { get; init; } = [];

    /// <summary>What the session picked up from the responses: name -> value, secrets redacted (for <c>sessions.jsonl</c>).</summary>
    public ImmutableSortedDictionary<string, string> Extracted { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What the session carried along that no argument gave: <c>header:X-XSRF-TOKEN</c> -> where it was from, without the value.</summary>
    public ImmutableSortedDictionary<string, string> Carried { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>HTTP status, 0 without a response.</summary>
    public int Status => Exchange?.Status ?? 0;
}

/// <summary>A request as a call made it. It holds secrets in clear.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Url">Absolute URL at the target.</param>
/// <param name="ContentType">Content type of the body; null without one.</param>
/// <param name="Body">The body.</param>
/// <param name="Authorized">Whether the session's token was shown.</param>
public sealed record SentRequest(string Method, Uri Url, string? ContentType, ReadOnlyMemory<byte> Body, bool Authorized);
