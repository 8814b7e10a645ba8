using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary>Executes the calls of one session in their order and observes what they did.</summary>
internal sealed class SessionCalls(SessionContext session, SessionOracle oracle)
{
    private const int MaxName = 64;
    internal const string Cancelled = "cancelled";
    private const string SessionTimeout = "session_timeout";
    private static readonly JsonElement NoArguments = JsonDocument.Parse("{}").RootElement.Clone();

    private readonly Recovery _recovery = new(session.Run.Time);
    private readonly ArgumentTrail _trail = new(session.Inputs, session.State.Secrets);

    /// <summary>Set when a call that was made during a decision ended the session; null otherwise.</summary>
    public SessionEnd? Ended { get; private set; }

    /// <summary>Makes a call while the brain still decides (<see cref="SessionView.Invoke"/>) and returns its observation.</summary>
    public async ValueTask<string> InvokeAsync(string tool, JsonElement arguments, StopOrder stop, CancellationToken cancellationToken)
    {
        if (Ended is not null)
        {
            return """{"error":{"type":"session_ended","message":"the session has ended; nothing was sent"}}""";
        }
        // What the brain took until here was the model's time.
        session.Clock.Model(null);
        var call = new ToolCall($"invoked_{session.Transcript.Calls + 1}", tool, arguments);
        Ended = await ExecuteAsync(new Decision([call], null, null, TimeSpan.Zero), stop, cancellationToken);
        return session.Transcript.Turns[^1].Observations is [var observation] ? observation : """{"ok":true}""";
    }

    /// <summary>Executes what was decided; an end, or null to decide again.</summary>
    /// <param name="decision">What was decided.</param>
    /// <param name="stop">Tells why a call was cut off: by it, or by the session's own time limit.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<SessionEnd?> ExecuteAsync(Decision decision, StopOrder stop, CancellationToken cancellationToken)
    {
        var observations = ImmutableArray.CreateBuilder<string>(decision.Calls.Length);
        if (decision.Think > TimeSpan.Zero)
        {
            await ThinkAsync(decision.Think, cancellationToken);
        }
        SessionEnd? end = null;
        foreach (var call in decision.Calls)
        {
            var number = session.Transcript.NextCall();
            if (ArgumentCheck.Unreadable(call.Arguments) is { } unreadable)
            {
                // Neither read, nor sent, nor written down: whatever reads it would throw.
                (var told, end) = Refused(number, call with { Arguments = NoArguments }, unreadable);
                observations.Add(told);
                if (end is not null)
                {
                    break;
                }
                continue;
            }
            if (call.Tool == FinishTool.Name && FinishTool.Read(call.Arguments, out _) is { } claim)
            {
                session.Transcript.Add(Record(number, call), isAction: false);
                session.Narrator?.Claimed(number, claim);
                end = SessionEnd.Finished(claim);
                break;
            }
            (var observation, end) = await CallAsync(number, call, stop, cancellationToken);
            observations.Add(observation);
            if (end is not null)
            {
                break;
            }
        }
        // Of a turn that ended the session, only what was answered.
        session.Transcript.Add(new Turn(decision.Calls[..observations.Count], observations.ToImmutable(), decision.Text));
        return end;
    }

    private async ValueTask<(string Observation, SessionEnd? End)> CallAsync(int number, ToolCall call, StopOrder stop, CancellationToken cancellationToken)
    {
        if (!oracle.ReadsDone.IsCompleted)
        {
            session.Clock.Harness();
            await oracle.ReadsDone;
            session.Clock.Exclude();
        }
        using var identity = session.Use(number);
        session.State.Identity = session.Identity(number);
        if (!session.Run.Tools.TryGet(call.Tool, out var tool) || !tool.Spec.IsAction)
        {
            return await CallLocallyAsync(number, call, cancellationToken);
        }

        // Think before each action but the first; wait as the target asked.
        if (session.Clock.HasActed && session.Inputs.NextThink() is { Ticks: > 0 } think)
        {
            await ThinkAsync(think, cancellationToken);
        }
        session.Clock.Harness();
        if (_recovery.WaitBefore(Recovery.WayOf(call)) is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait, session.Run.Time, cancellationToken);
            session.Clock.Wait();
        }

        var before = (Token: session.State.BearerToken, LoggedIn: IsLoggedIn());
        var provenance = _trail.Of(call.Arguments, session.State.Variables);
        using var span = SessionTrace.StartChild($"execute_tool {call.Tool}", ActivityKind.Internal);
        var sent = session.Run.Time.GetTimestamp();
        ActionResult result;
        try
        {
            result = await tool.InvokeAsync(call, session.State, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            CutOff(number, call, tool.Spec, provenance, session.Run.Time.GetElapsedTime(sent), byRun: stop.Aborted.IsCancellationRequested);
            throw;
        }
        if (result.Exchange is not { } exchange)
        {
            return Rejected(number, call, provenance, result);
        }

        // Observe: time, evidence, origin of values, recovery.
        var interval = session.Clock.Acted(session.Inputs.Goal.Name, result.Dispatched, exchange.Timing, out var parts);
        Measure(tool.Spec, result, exchange, interval, parts);
        span.SetTag("http.response.status_code", result.Status).SetTag("error.type", result.ErrorType);
        var token = session.State.BearerToken;
        oracle.Observe(number, call.Tool, result, cancellationToken);
        _trail.Answered(number, exchange.Body);
        var gotLogin = (token is not null && token != before.Token) || result.Extracted.Keys.Any(static name => name.StartsWith("cookie:", StringComparison.Ordinal));
        var observation = session.Secrets.CleanJson(_recovery.Observe(Recovery.WayOf(call), result, session.State, before.LoggedIn, gotLogin, out var recovered));
        var record = Record(number, call) with
        {
            Provenance = provenance.AddRange(result.Carried),
            Status = result.Status == 0 ? null : result.Status,
            Error = result.ErrorType,
            Parts = parts,
            Extracted = result.Extracted,
            Request = CallRequest.Of(result.Sent, session.Secrets),
        };
        session.Transcript.Add(record, isAction: true, observation);
        session.Narrator?.Acted(tool.Spec, record, result, observation);
        if (recovered is not null)
        {
            session.Recovered(recovered);
        }

        if (result.ErrorType == TargetErrors.Budget)
        {
            session.Run.BudgetExhausted();
            return (observation, SessionEnd.Aborted("budget: the run's request budget is used up"));
        }
        // Evidence of a failure is final; a user would not go on either.
        var limit = session.Limits.Called(call, result);
        return (observation, oracle.Failure ?? limit);
    }

    /// <summary>A call that is not an action: <c>state_update</c>, a malformed <c>finish</c>, an unknown tool.</summary>
    private async ValueTask<(string Observation, SessionEnd? End)> CallLocallyAsync(int number, ToolCall call, CancellationToken cancellationToken)
    {
        var result = call.Tool == FinishTool.Name ? RejectedFinish(call) : await session.Run.Tools.InvokeAsync(call, session.State, cancellationToken);
        if (result.Outcome is ActionOutcome.Rejected)
        {
            return Rejected(number, call, ImmutableSortedDictionary<string, string>.Empty, result);
        }
        session.Clock.Harness();
        var record = Record(number, call);
        var observation = session.Secrets.CleanJson(result.Observation);
        session.Transcript.Add(record, isAction: false, observation);
        session.Narrator?.Noted(record, observation);
        return (observation, session.Limits.Called(call, result));
    }

    /// <summary>
    /// The session ended while a request was under way. The user who lost patience waited for the target: an action without an answer, its time a lower bound. A request
    /// that the run's end cut off says nothing of the target: told, and in no figure.
    /// </summary>
    private void CutOff(int number, ToolCall call, ToolSpec tool, ImmutableSortedDictionary<string, string> provenance, TimeSpan waited, bool byRun)
    {
        var error = byRun ? Cancelled : SessionTimeout;
        session.Transcript.Add(Record(number, call) with { Provenance = provenance, Error = error }, isAction: true);
        if (byRun)
        {
            session.Failed(error, "harness");
            return;
        }
        session.Recorder.Action(new ActionSample(Operation(tool), Status: 0, error, "target", waited, waited, session.Trace, session.Key,
            session.Clock.HasActed ? null : session.FirstActionLate + waited));
        session.Run.Metrics.Action(tool.Name, waited);
        session.Log.Action(tool.Name, 0, error, waited, default);
    }

    private (string Observation, SessionEnd? End) Rejected(int number, ToolCall call, ImmutableSortedDictionary<string, string> provenance, ActionResult result)
    {
        session.Clock.Harness();
        session.Recorder.Rejected(call.Tool);
        var record = Record(number, call) with { Provenance = provenance, Error = result.ErrorType };
        var observation = session.Secrets.CleanJson(result.Observation);
        session.Transcript.Add(record, isAction: false, observation);
        session.Narrator?.Rejected(record, observation);
        return (observation, session.Limits.Called(call, result));
    }

    private (string Observation, SessionEnd? End) Refused(int number, ToolCall call, string error) =>
        Rejected(number, call, ImmutableSortedDictionary<string, string>.Empty, InvalidArguments(error));

    private static ActionResult RejectedFinish(ToolCall call)
    {
        _ = FinishTool.Read(call.Arguments, out var error);
        return InvalidArguments(error!);
    }

    private static ActionResult InvalidArguments(string error) => new()
    {
        Outcome = ActionOutcome.Rejected,
        ErrorType = "invalid_arguments",
        Observation = JsonSerializer.Serialize(new { error = new { type = "invalid_arguments", message = error } }),
    };

    private void Measure(ToolSpec tool, ActionResult result, in TargetExchange exchange, IntervalSample? interval, in ActionParts parts)
    {
        var where = ErrorPlace.Of(result.ErrorType);
        if (session.Run.GatewayEdit(exchange.Timing.Revision) is { } edit)
        {
            session.Recorder.Edited(edit);
        }
        var duration = exchange.Timing.Total;
        session.Recorder.Action(new ActionSample(Operation(tool), result.Status, result.ErrorType, where, duration, exchange.Timing.Ttfb,
            session.Trace, session.Key,
            interval is null ? session.FirstActionLate + duration : null));
        session.Run.Metrics.Action(tool.Name, duration);
        if (interval is { } sample)
        {
            session.Recorder.Interval(sample);
            session.Run.Metrics.Interval(sample);
        }
        session.Log.Action(tool.Name, result.Status, result.ErrorType, duration, parts);
    }

    private async ValueTask ThinkAsync(TimeSpan think, CancellationToken cancellationToken)
    {
        session.Clock.Harness();
        await Task.Delay(think, session.Run.Time, cancellationToken);
        session.Clock.Think();
    }

    private ActionRecord Record(int number, ToolCall call) => new()
    {
        N = number,
        Tool = call.Tool.Length <= MaxName ? call.Tool : call.Tool[..MaxName],
        Args = call.Arguments.ValueKind is JsonValueKind.Undefined ? NoArguments : session.Secrets.Clean(call.Arguments),
    };

    private bool IsLoggedIn() => session.State.BearerToken is not null || session.State.CookieHeader(session.Run.Catalog.BaseUrl).Length > 0;

    private OperationKey Operation(ToolSpec tool) => session.Recorder.Operation(tool.Name, tool.Method ?? Verb(tool.Name));

    private static string Verb(string tool) => tool.StartsWith("http_", StringComparison.Ordinal) ? tool["http_".Length..].ToUpperInvariant() : "";
}
