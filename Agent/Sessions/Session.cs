using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Planning;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.Targets.Http;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Sessions;

/// <summary>One attempt at a goal, from clean state to an outcome. Whatever fails on the way is data; it never throws.</summary>
internal sealed partial class Session
{
    private const string TokenName = "session.token";
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan JudgeLimit = TimeSpan.FromSeconds(30);

    private readonly RunContext _run;
    private readonly BlockRecorder _recorder;
    private readonly int _slot;
    private readonly int _number;
    private readonly long _meant;
    private readonly string _id;
    private readonly TimeProvider _time;
    private readonly SessionInputs _inputs;
    private readonly SessionState _state;
    private readonly SessionSecrets _secrets;
    private readonly ArgumentTrail _trail;
    private readonly DeclaredOracle _oracle;
    private readonly Recovery _recovery;
    private readonly SessionLimits _limits;
    private readonly Transcript _transcript = new();
    private readonly bool _sampled;
    private readonly SessionLog _log;
    private SessionClock _clock;
    private Task _reads = Task.CompletedTask;

    /// <param name="run">The run.</param>
    /// <param name="recorder">Where the block's figures go.</param>
    /// <param name="slot">Slot, from 0.</param>
    /// <param name="number">Session of the slot, from 0.</param>
    /// <param name="meant">Timestamp at which the load asked for it.</param>
    public Session(RunContext run, BlockRecorder recorder, int slot, int number, long meant)
    {
        (_run, _recorder, _slot, _number, _meant, _time) = (run, recorder, slot, number, meant, run.Time);
        _id = string.Create(CultureInfo.InvariantCulture, $"{slot}-{number}");

        // 1. Inputs: goal, persona, data, think times; all from hash(seed, slot, session).
        _inputs = SessionInputs.Create(run.Plan, slot, number);
        var sample = run.Plan.Scenario.Telemetry.Sample;
        _sampled = sample >= 1 || (sample > 0 && SessionRandom.Create(run.Plan.Seed, slot, number, "sample").NextDouble() < sample);

        // 2. State: clean, and nobody else's.
        _state = new SessionState(Identity(1));
        foreach (var (name, value) in _inputs.Secrets)
        {
            _state.Secrets[name] = value;
        }
        _secrets = new SessionSecrets(_inputs.Secrets);
        _trail = new ArgumentTrail(_inputs.GoalText, _inputs.Values, _inputs.Secrets);
        _oracle = new DeclaredOracle(_inputs.Goal.Success, run.Catalog.BaseUrl, _inputs.Values);
        _recovery = new Recovery(_time);
        _limits = new SessionLimits(run.Plan.Scenario.Session);
        _log = new SessionLog(run.SessionLogger, _sampled, _time);
        _clock = new SessionClock(_time);
    }

    /// <summary>
    /// Runs the session and records it: (1, 2) inputs and state, made with it; (3) until it ends: (3a) decide, (3b) execute the calls in
    /// order, (3c) observe what they did; (4) judge; (5) record.
    /// </summary>
    public async Task<SessionRecord> RunAsync(StopOrder stop)
    {
        var started = _time.GetUtcNow();
        var timestamp = _time.GetTimestamp();
        using var trace = SessionTrace.StartSession(_inputs.Goal.Name, _sampled);
        using var identity = Use(_transcript.Calls);
        _state.Trace = trace.Context;
        _recorder.SessionStarted(_inputs.Goal.Name, _time.GetElapsedTime(_meant, timestamp));
        _run.Metrics.SessionStarted();
        _log.Started(_inputs.Goal.Name, _inputs.Persona?.Name);
        _clock = new SessionClock(_time);

        // 3. Until the session ends.
        var end = await LoopAsync(stop);
        var duration = _time.GetElapsedTime(timestamp);

        // 4. The oracle judges, and only it.
        var verdict = end.Outcome is SessionOutcome.Aborted ? null : await JudgeAsync(stop.Aborted);
        if (verdict is null && stop.Aborted.IsCancellationRequested && end.Outcome is null)
        {
            end = SessionEnd.Aborted(stop.Reason);
        }
        var (outcome, reason) = Judgement.Of(end, verdict, _limits.Broken);

        // 5. Record.
        var record = new SessionRecord
        {
            Run = _run.Plan.Run,
            Session = _id,
            Slot = _slot,
            TraceId = trace.TraceId.ToHexString(),
            Goal = _inputs.Goal.Name,
            Outcome = outcome,
            Reason = _secrets.Clean(reason),
            Started = started,
            DurationS = duration.TotalSeconds,
            Evidence = [.. verdict?.Evidence.Select(each => new EvidenceRecord(each.Condition, each.Ok, _secrets.Clean(each.Detail))) ?? []],
            Actions = _transcript.Records(),
            Sampled = _sampled,
        };
        _recorder.SessionEnded(record, duration, _transcript.Actions);
        _run.Metrics.SessionEnded(record.Goal, outcome, duration);
        _log.Ended(outcome, record.Reason, duration, _transcript.Actions);
        trace.SetTag("apetest.session.outcome", AgentMetrics.OutcomeName(outcome));
        return record;
    }

    private async Task<SessionEnd> LoopAsync(StopOrder stop)
    {
        using var timeout = new CancellationTokenSource(_run.Plan.Scenario.Session.Timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop.Aborted);
        try
        {
            while (true)
            {
                if (_limits.NoStepLeft() is { } capped)
                {
                    return capped;
                }

                // 3a. Decide.
                var decision = await DecideAsync(linked.Token);
                if (_limits.Decided(decision) is { } exhausted)
                {
                    return exhausted;
                }
                if (decision.Calls.IsEmpty)
                {
                    _transcript.Add(new Turn([], [], decision.Text));
                    continue;
                }

                // 3b, 3c. Execute the calls in their order, observing each before the next.
                if (await ExecuteAsync(decision, linked.Token) is { } end)
                {
                    return end;
                }
            }
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            return stop.Aborted.IsCancellationRequested
                ? SessionEnd.Aborted(stop.Reason)
                : SessionEnd.Stuck($"session_timeout: not finished within {_run.Plan.Scenario.Session.Timeout.TotalSeconds:0.#} s");
        }
        catch (BrainException exception) when (exception.Type == BrainException.BudgetExhausted)
        {
            _run.BudgetExhausted();
            return SessionEnd.Aborted($"budget: {exception.Message}");
        }
        catch (BrainException exception)
        {
            return SessionEnd.AgentError($"{exception.Type}: {exception.Message}");
        }
        catch (Exception exception)
        {
            // A bug of ours must cost one session, not the run.
            _recorder.Error(new ErrorSample("harness", "harness", _state.Trace.TraceId.ToHexString()));
            HarnessFailed(_run.SessionLogger, exception);
            return SessionEnd.AgentError($"harness: {exception.GetType().Name}");
        }
    }

    private async ValueTask<Decision> DecideAsync(CancellationToken cancellationToken)
    {
        var view = new SessionView
        {
            Run = _run.Plan.Run,
            Session = _id,
            Goal = _inputs.GoalText,
            Persona = _inputs.Persona,
            State = KnownState(),
            Turns = _transcript.Turns,
            Tools = _run.Specs,
            StepsLeft = _limits.StepsLeft,
        };
        _clock.Harness();
        using var identity = Use(_transcript.Calls + 1);
        try
        {
            return await AskAsync(view, cancellationToken);
        }
        catch (BrainException exception) when (exception.Transient)
        {
            // One more try after a pause; the pause is the model's doing and its time.
            var jitter = SessionRandom.Create(_run.Plan.Seed, _slot, _number, "backoff").NextDouble();
            await Task.Delay(Backoff * (0.5 + jitter), _time, cancellationToken);
            _clock.Model(null);
            var decision = await AskAsync(view, cancellationToken);
            Recovered(Recovery.ModelBackoff);
            return decision;
        }
    }

    private async ValueTask<Decision> AskAsync(SessionView view, CancellationToken cancellationToken)
    {
        var llm = _run.Plan.Scenario.Llm;
        using var span = SessionTrace.StartChild($"chat {llm.Model}", ActivityKind.Client);
        try
        {
            var decision = await _run.Brain.DecideAsync(view, cancellationToken);
            _clock.Model(decision.Model?.Duration);
            if (decision.Model is { } use)
            {
                _recorder.ModelCall(use);
                _log.Model(use.Model, decision.FinishReason, decision.Calls.Length, use.Duration, use.Ttft, use.PromptTokens, use.CompletionTokens);
                span.SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.request.model", llm.Model)
                    .SetTag("gen_ai.usage.input_tokens", use.PromptTokens).SetTag("gen_ai.usage.output_tokens", use.CompletionTokens);
            }
            return decision;
        }
        catch (BrainException exception)
        {
            _clock.Model(null);
            _recorder.Error(new ErrorSample(exception.Type, "model", _state.Trace.TraceId.ToHexString()));
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.Type);
            throw;
        }
    }

    private async ValueTask<SessionEnd?> ExecuteAsync(Decision decision, CancellationToken cancellationToken)
    {
        var observations = ImmutableArray.CreateBuilder<string>(decision.Calls.Length);
        if (decision.Think > TimeSpan.Zero)
        {
            await ThinkAsync(decision.Think, cancellationToken);
        }
        foreach (var call in decision.Calls)
        {
            var number = _transcript.NextCall();
            if (call.Tool == FinishTool.Name && FinishTool.Read(call.Arguments, out _) is { } claim)
            {
                _transcript.Add(Record(number, call), isAction: false);
                _transcript.Add(decision.Calls, observations, decision.Text);
                return SessionEnd.Finished(claim);
            }
            var (observation, end) = await CallAsync(number, call, cancellationToken);
            observations.Add(observation);
            if (end is not null)
            {
                _transcript.Add(decision.Calls, observations, decision.Text);
                return end;
            }
        }
        _transcript.Add(new Turn(decision.Calls, observations.ToImmutable(), decision.Text));
        return null;
    }

    private async ValueTask<(string Observation, SessionEnd? End)> CallAsync(int number, ToolCall call, CancellationToken cancellationToken)
    {
        // The oracle's read, if one is under way, belongs before the next call: a logout would take its credentials away.
        await _reads;
        using var identity = Use(number);
        _state.Identity = Identity(number);
        if (!_run.Tools.TryGet(call.Tool, out var tool) || !tool.Spec.IsAction)
        {
            return await CallLocallyAsync(number, call, cancellationToken);
        }

        // Think before each action but the first; wait as the target asked.
        _clock.Harness();
        if (_clock.HasActed && _inputs.NextThink() is { Ticks: > 0 } think)
        {
            await ThinkAsync(think, cancellationToken);
        }
        if (_recovery.WaitBefore(call.Tool) is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait, _time, cancellationToken);
            _clock.Wait();
        }

        var (token, hadLogin) = (_state.BearerToken, HasLogin());
        var provenance = _trail.Of(call.Arguments, _state.Variables);
        using var span = SessionTrace.StartChild($"execute_tool {call.Tool}", ActivityKind.Internal);
        var result = await tool.InvokeAsync(call, _state, cancellationToken);
        if (result.Exchange is not { } exchange)
        {
            return Rejected(number, call, provenance, result);
        }

        // 3c. Observe: time, evidence, origin of values, recovery.
        var interval = _clock.Acted(_inputs.Goal.Name, result.Dispatched, exchange.Timing, out var parts);
        Measure(call.Tool, tool.Spec.Method, result, exchange, interval, parts);
        span.SetTag("http.response.status_code", result.Status).SetTag("error.type", result.ErrorType);
        var gotLogin = _state.BearerToken != token || result.Extracted.Keys.Any(static name => name.StartsWith("cookie:", StringComparison.Ordinal));
        if (_state.BearerToken is { } picked && picked != token)
        {
            // From here on the token is a secret like the scenario's own: the brain may name it but never sees it.
            _secrets.Add(picked, "{{" + TokenName + "}}");
            _state.Secrets[TokenName] = picked;
        }
        Judge(number, call.Tool, result, cancellationToken);
        _trail.Answered(number, exchange.Body);
        var observation = _secrets.Clean(_recovery.Observe(call.Tool, result, _state, hadLogin, gotLogin, out var recovered));
        if (recovered is not null)
        {
            Recovered(recovered);
        }
        _transcript.Add(
            Record(number, call) with
            {
                Provenance = provenance,
                Status = result.Status == 0 ? null : result.Status,
                Error = result.ErrorType,
                Parts = parts,
                Extracted = result.Extracted,
            },
            isAction: true);

        if (result.ErrorType == TargetErrors.Budget)
        {
            _run.BudgetExhausted();
            return (observation, SessionEnd.Aborted("budget: the run's request budget is used up"));
        }
        return (observation, _limits.Called(call, result));
    }

    /// <summary>A call that is not an action: <c>state_update</c>, a malformed <c>finish</c>, an unknown tool.</summary>
    private async ValueTask<(string Observation, SessionEnd? End)> CallLocallyAsync(int number, ToolCall call, CancellationToken cancellationToken)
    {
        var result = call.Tool == FinishTool.Name
            ? RejectedFinish(call)
            : await _run.Tools.InvokeAsync(call, _state, cancellationToken);
        if (result.Outcome is ActionOutcome.Rejected)
        {
            return Rejected(number, call, ImmutableSortedDictionary<string, string>.Empty, result);
        }
        _clock.Harness();
        _transcript.Add(Record(number, call) with { Error = result.ErrorType }, isAction: false);
        return (_secrets.Clean(result.Observation), _limits.Called(call, result));
    }

    private (string Observation, SessionEnd? End) Rejected(int number, ToolCall call, ImmutableSortedDictionary<string, string> provenance, ActionResult result)
    {
        _clock.Harness();
        _recorder.Rejected(call.Tool);
        _transcript.Add(Record(number, call) with { Provenance = provenance, Error = result.ErrorType }, isAction: false);
        return (_secrets.Clean(result.Observation), _limits.Called(call, result));
    }

    private static ActionResult RejectedFinish(ToolCall call)
    {
        _ = FinishTool.Read(call.Arguments, out var error);
        return new ActionResult
        {
            Outcome = ActionOutcome.Rejected,
            ErrorType = "invalid_arguments",
            Observation = JsonSerializer.Serialize(new { error = new { type = "invalid_arguments", message = error } }),
        };
    }

    private void Measure(string tool, string? method, ActionResult result, in TargetExchange exchange, IntervalSample? interval, in ActionParts parts)
    {
        var where = result.ErrorType switch
        {
            null => null,
            TargetErrors.Gateway or TargetErrors.Denied or TargetErrors.Budget => "gateway",
            _ => "target",
        };
        var duration = exchange.Timing.Total;
        _recorder.Action(new ActionSample(tool, method ?? Verb(tool), result.Status, result.ErrorType, where, duration, exchange.Timing.Ttfb,
            _state.Trace.TraceId.ToHexString(), _id));
        _run.Metrics.Action(tool, duration);
        if (interval is { } sample)
        {
            _recorder.Interval(sample);
            _run.Metrics.Interval(sample);
        }
        _log.Action(tool, result.Status, result.ErrorType, duration, parts);
    }

    /// <summary>
    /// Shows the oracle what came back. A read that became due goes out at once, beside the next decision: a session that logs out
    /// afterwards could not prove anything any more.
    /// </summary>
    private void Judge(int number, string tool, ActionResult result, CancellationToken cancellationToken)
    {
        _oracle.Observe(number, tool, result);
        if (_oracle.HasDueRead && _inputs.Goal.Success.Any(condition => condition.Operation == tool))
        {
            _reads = _oracle.ReadDueAsync(_run.Transport, _run.Plan.Scenario.Target.Name, _state, _time, cancellationToken).AsTask();
        }
    }

    private async ValueTask<OracleVerdict?> JudgeAsync(CancellationToken aborted)
    {
        using var limit = new CancellationTokenSource(JudgeLimit, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, aborted);
        try
        {
            await _reads.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await _oracle.JudgeAsync(_run.Transport, _run.Plan.Scenario.Target.Name, _state, _time, linked.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async ValueTask ThinkAsync(TimeSpan think, CancellationToken cancellationToken)
    {
        _clock.Harness();
        await Task.Delay(think, _time, cancellationToken);
        _clock.Think();
    }

    private void Recovered(string kind)
    {
        _recorder.Recovery(kind);
        _run.Metrics.Recovery(kind);
    }

    private ActionRecord Record(int number, ToolCall call) => new()
    {
        N = number,
        Tool = call.Tool.Length <= 64 ? call.Tool : call.Tool[..64],
        Args = call.Arguments.ValueKind is JsonValueKind.Undefined ? EmptyObject : _secrets.Clean(call.Arguments),
    };

    private Dictionary<string, JsonElement> KnownState()
    {
        var known = new Dictionary<string, JsonElement>(_inputs.Values.Count + _inputs.Secrets.Count + _state.Variables.Count, StringComparer.Ordinal);
        foreach (var (name, value) in _inputs.Values)
        {
            known[name] = JsonSerializer.SerializeToElement(value);
        }
        foreach (var name in _inputs.Secrets.Keys)
        {
            known[name] = JsonSerializer.SerializeToElement(Template.Placeholder(name));
        }
        foreach (var (name, value) in _state.Variables)
        {
            known[name] = _secrets.Clean(value);
        }
        return known;
    }

    private bool HasLogin() => _state.BearerToken is not null || _state.CookieHeader(_run.Catalog.BaseUrl).Length > 0;

    private ActionIdentity Identity(int call) => new(_run.Plan.Run, _id, _slot.ToString(CultureInfo.InvariantCulture), call);

    private IDisposable Use(int call) => RequestIdentity.Use(new RequestIdentity
    {
        Run = _run.Plan.Run,
        Session = _id,
        Agent = _slot.ToString(CultureInfo.InvariantCulture),
        Action = call == 0 ? null : call.ToString(CultureInfo.InvariantCulture),
    });

    private static string Verb(string tool) => tool.StartsWith("http_", StringComparison.Ordinal) ? tool["http_".Length..].ToUpperInvariant() : "";

    private static readonly JsonElement EmptyObject = JsonDocument.Parse("{}").RootElement.Clone();

    [LoggerMessage(5, LogLevel.Error, "the session failed by a fault of the agent", EventName = "session.harness_failed")]
    private static partial void HarnessFailed(ILogger logger, Exception exception);
}
