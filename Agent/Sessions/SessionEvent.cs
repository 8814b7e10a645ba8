using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary>Something that happened in a session, with secrets as placeholders.</summary>
/// <param name="Session">Session id <c>{slot}-{n}</c>.</param>
public abstract record SessionEvent(string Session);

/// <summary>The session has begun.</summary>
/// <param name="Session">Session id.</param>
/// <param name="TraceId">Trace id, 32 hex digits.</param>
/// <param name="Goal">Name of the goal.</param>
/// <param name="Text">The goal as the brain reads it; empty for a journey.</param>
/// <param name="Persona">Name of the persona; null for none.</param>
public sealed record SessionStarted(string Session, string TraceId, string Goal, string Text, string? Persona) : SessionEvent(Session);

/// <summary>The brain has decided.</summary>
/// <param name="Session">Session id.</param>
/// <param name="Text">What it said beside the calls; null for nothing.</param>
/// <param name="Reasoning">What the model reasoned before that, where it tells; null for nothing.</param>
/// <param name="Calls">What it wants to do, in order; empty when it only talked.</param>
/// <param name="Model">What the decision cost; null where no model was asked.</param>
public sealed record SessionDecided(string Session, string? Text, string? Reasoning, ImmutableArray<ToolCall> Calls, ModelUse? Model) : SessionEvent(Session);

/// <summary>The model did not answer; the session asks once more where that may help.</summary>
/// <param name="Session">Session id.</param>
/// <param name="ErrorType">Bounded: <c>model_timeout</c>, <c>model_http_503</c>.</param>
/// <param name="Message">What a person is told.</param>
public sealed record SessionModelFailed(string Session, string ErrorType, string Message) : SessionEvent(Session);

/// <summary>An action was sent and has been answered, or could not be.</summary>
/// <param name="Session">Session id.</param>
/// <param name="Call">The call as recorded: number, tool, arguments and where they came from, status, parts of time, what was picked up.</param>
/// <param name="Method">Method of the request.</param>
/// <param name="Path">Path and query of the request, unescaped; empty where it was never built.</param>
/// <param name="Duration">From dispatch to the last byte.</param>
/// <param name="Target">The target's part of it.</param>
/// <param name="Redirects">Redirects that were followed.</param>
/// <param name="Observation">What the brain is told (see <see cref="ActionResult.Observation"/>); of a journey's step the answer in the same form.</param>
public sealed record SessionActed(string Session, ActionRecord Call, string Method, string Path, TimeSpan Duration, TimeSpan Target, int Redirects, string Observation)
    : SessionEvent(Session)
{
    /// <summary>Whether it is a journey's step, which nobody decided. Default false.</summary>
    public bool IsStep { get; init; }
}

/// <summary>A call was carried out without the target: <c>state_update</c>.</summary>
/// <param name="Session">Session id.</param>
/// <param name="Call">The call as recorded.</param>
/// <param name="Observation">What the brain is told.</param>
public sealed record SessionNoted(string Session, ActionRecord Call, string Observation) : SessionEvent(Session);

/// <summary>A call was not sent: an unknown tool, or arguments against its schema.</summary>
/// <param name="Session">Session id.</param>
/// <param name="Call">The call as recorded.</param>
/// <param name="Observation">What the brain is told: why, and where in the arguments.</param>
public sealed record SessionRejected(string Session, ActionRecord Call, string Observation) : SessionEvent(Session);

/// <summary>Something works again: <c>reauth</c>, <c>retry_after</c>, <c>model_backoff</c>.</summary>
/// <param name="Session">Session id.</param>
/// <param name="Kind">What kind of recovery.</param>
public sealed record SessionRecovered(string Session, string Kind) : SessionEvent(Session);

/// <summary>The brain called <c>finish</c>. It proves nothing.</summary>
/// <param name="Session">Session id.</param>
/// <param name="Call">Number of the call.</param>
/// <param name="Success">Whether it claims success.</param>
/// <param name="Reason">Why, in its words; may be empty.</param>
public sealed record SessionClaimed(string Session, int Call, bool Success, string Reason) : SessionEvent(Session);

/// <summary>The session has ended and was judged.</summary>
/// <param name="Session">Session id.</param>
/// <param name="Record">Its record: outcome, reason, evidence, duration, trace id.</param>
/// <param name="Actions">Actions it sent.</param>
public sealed record SessionEnded(string Session, SessionRecord Record, int Actions) : SessionEvent(Session);
