using System.Collections.Immutable;
using System.Text.Json;

namespace ApeTest.Runs.Records;

/// <summary>How a session ended (DESIGN 2). Written in snake case: <c>agent_error</c>.</summary>
public enum SessionOutcome
{
    /// <summary>The oracle's conditions hold, with evidence from the target.</summary>
    Succeeded,

    /// <summary>The target or a check failed.</summary>
    Failed,

    /// <summary>Step cap, session timeout, token budget, the same failing call three times, or <c>finish</c> without evidence.</summary>
    Stuck,

    /// <summary>Model or harness failed, or three schema-invalid calls in a row.</summary>
    AgentError,

    /// <summary>Run end, run budget or worker lost.</summary>
    Aborted,
}

/// <summary>Names of outcomes.</summary>
public static class SessionOutcomes
{
    /// <summary>The outcome as it is written: <c>agent_error</c>.</summary>
    public static string Name(this SessionOutcome outcome) => outcome switch
    {
        SessionOutcome.Succeeded => "succeeded",
        SessionOutcome.Failed => "failed",
        SessionOutcome.Stuck => "stuck",
        SessionOutcome.AgentError => "agent_error",
        _ => "aborted",
    };
}

/// <summary>One line of <c>sessions.jsonl</c> (DESIGN 14.3).</summary>
public sealed record SessionRecord
{
    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>Session id <c>{slot}-{n}</c>.</summary>
    public required string Session { get; init; }

    /// <summary>Slot.</summary>
    public required int Slot { get; init; }

    /// <summary>Trace id, 32 hex digits.</summary>
    public required string TraceId { get; init; }

    /// <summary>Goal name.</summary>
    public required string Goal { get; init; }

    /// <summary>Outcome.</summary>
    public required SessionOutcome Outcome { get; init; }

    /// <summary>Why: bounded first word (<c>step_cap: 25 decisions without success</c>).</summary>
    public required string Reason { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Duration in seconds.</summary>
    public required double DurationS { get; init; }

    /// <summary>What the oracle saw, one entry per condition.</summary>
    public required ImmutableArray<EvidenceRecord> Evidence { get; init; }

    /// <summary>The session's last 64 calls (actions, state updates, finish, rejected).</summary>
    public required ImmutableArray<ActionRecord> Actions { get; init; }

    /// <summary>The session's last 64 decisions of a model; empty for a journey, and where the session was not sampled.</summary>
    public ImmutableArray<TurnRecord> Turns { get; init => field = value.IsDefault ? [] : value; } = []; // lines of earlier versions have none

    /// <summary>Whether decisions and answers were left out, because more sessions ended than there is room for.</summary>
    public bool TranscriptDropped { get; init; }

    /// <summary>The record without decisions and answers.</summary>
    public SessionRecord WithoutTranscript() => HasTranscript
        ? this with { Turns = [], Actions = [.. Actions.Select(static action => action with { Response = null })], TranscriptDropped = true }
        : this;

    /// <summary>Characters of decisions and answers, about.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long TranscriptLength => Turns.Sum(static turn => 200L + (turn.Said?.Length ?? 0) + turn.Sent.Sum(static message => 60L + message.Text.Length))
        + Actions.Sum(static action => action.Response is { } response ? 40L + response.Text.Length : 0);

    /// <summary>Whether there are decisions or answers.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasTranscript => !Turns.IsEmpty || Actions.Any(static action => action.Response is not null);

    /// <summary>Whether the session's trace was sampled. Not written.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Sampled { get; init; }

    /// <summary>Whether it is one of the slowest so far. Not written.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Slow { get; init; }
}

/// <summary>What an oracle's condition saw.</summary>
/// <param name="Condition">The condition in words: <c>checkout = 201</c>.</param>
/// <param name="Ok">Whether it holds.</param>
/// <param name="Detail">What was seen: <c>action 4: 201, orderId=o-17</c>.</param>
public sealed record EvidenceRecord(string Condition, bool Ok, string Detail);

/// <summary>One call of a session.</summary>
public sealed record ActionRecord
{
    /// <summary>Call number from 1.</summary>
    public required int N { get; init; }

    /// <summary>Tool name.</summary>
    public required string Tool { get; init; }

    /// <summary>Arguments with secrets as placeholders.</summary>
    public required JsonElement Args { get; init; }

    /// <summary>JSON path of each argument value -> where it came from: <c>goal</c>, <c>data:user.name</c>, <c>action:2 $.items[0].id</c>, <c>state:cartId</c>, <c>brain</c>.</summary>
    public ImmutableSortedDictionary<string, string> Provenance { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>HTTP status; null where nothing was sent or nothing came back.</summary>
    public int? Status { get; init; }

    /// <summary>Bounded error type; null when ok.</summary>
    public string? Error { get; init; }

    /// <summary>Seconds by part (think, model, gateway, target, harness) of the time since the previous action's dispatch (target and gateway: of this action).</summary>
    public ActionParts? Parts { get; init; }

    /// <summary>What was sent, secrets as placeholders; null where nothing was, and of a journey's step, whose request stands in its scenario.</summary>
    public RequestRecord? Request { get; init; }

    /// <summary>The answer as the brain was told of it; null where there was none, where it was not kept, and of a journey's step.</summary>
    public ResponseRecord? Response { get; init; }

    /// <summary>Values picked up from the response (token, variables; secrets redacted).</summary>
    public ImmutableSortedDictionary<string, string> Extracted { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>Measured parts in seconds.</summary>
public readonly record struct ActionParts(double Think, double Model, double Gateway, double Target, double Harness);

/// <summary>An answer as a brain was told of it: status and body as JSON, the body reduced to what matters, secrets as placeholders.</summary>
/// <param name="Text">Its beginning, at most 4,096 characters.</param>
/// <param name="LeftOut">Characters beyond that.</param>
public sealed record ResponseRecord(string Text, int LeftOut = 0);

/// <summary>A request as it was made, before redirects. Cookies and the token that the session carried along are not in it.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Url">Absolute URL, escaped.</param>
/// <param name="ContentType">Content type of the body; null without one.</param>
/// <param name="Body">The body as text; null without one, and where it is none or longer than 8 KB.</param>
/// <param name="Authorized">Whether the session showed a token.</param>
/// <param name="BodyBytes">Length of the body.</param>
public sealed record RequestRecord(string Method, string Url, string? ContentType, string? Body, bool Authorized, int BodyBytes);
