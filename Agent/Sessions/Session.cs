using System.Diagnostics;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Targets.Oracles;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Sessions;

/// <summary>One attempt at a goal, from clean state to an outcome. Whatever fails on the way is data; it never throws.</summary>
internal sealed partial class Session
{
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);

    private readonly SessionContext _context;
    private readonly SessionOracle _oracle;
    private readonly SessionCalls _calls;
    private readonly RunContext _run;
    private readonly SessionStart _start;

    /// <param name="run">The run.</param>
    /// <param name="recorder">Where the block's figures go.</param>
    /// <param name="start">Which session it is.</param>
    public Session(RunContext run, BlockRecorder recorder, in SessionStart start)
    {
        (_run, _start) = (run, start);

        // 1. Inputs and clean state, from hash(seed, slot, session).
        _context = new SessionContext(run, recorder, start);
        _oracle = new SessionOracle(_context);
        _calls = new SessionCalls(_context, _oracle);
    }

    /// <summary>
    /// Runs the session and records it: (1) inputs and state, made with it; (2) trace and start; (3) until it ends: (3a) decide, (3b)
    /// execute the calls in order, observing each before the next; (4) judge; (5) record.
    /// </summary>
    public async Task<SessionRecord> RunAsync(StopOrder stop)
    {
        // 2. One trace; the start.
        var started = _run.Time.GetUtcNow();
        var timestamp = _run.Time.GetTimestamp();
        var goal = _context.Inputs.Goal.Name;
        using var trace = SessionTrace.StartSession(goal, _context.Sampled);
        using var identity = _context.Use(0);
        _context.State.Trace = trace.Context;
        var delay = _run.Time.GetElapsedTime(_start.Meant, timestamp);
        _context.Recorder.SessionStarted(goal, delay, new SessionKey(_start.Slot, _start.Number), _context.Trace);
        // In the open model a user who had to wait for the generator has waited: what it measures counts from the intended start.
        var late = _start.Arrival is null ? TimeSpan.Zero : delay;
        _context.FirstActionLate = _start.Arrival is null ? null : late;
        _run.Metrics.SessionStarted(goal, delay);
        _context.Log.Started(goal, _context.Inputs.Persona?.Name);
        _context.Narrator?.Started();

        // 3. Until the session ends.
        var end = await LoopAsync(stop);
        var duration = _run.Time.GetElapsedTime(timestamp) + late;

        // 4. The oracle judges, and only it.
        OracleVerdict? verdict = null;
        try
        {
            verdict = end.Outcome is SessionOutcome.Aborted ? null : await _oracle.JudgeAsync(stop.Aborted);
        }
        catch (Exception exception)
        {
            end = Fault(exception);
        }
        if (verdict is null && end.Outcome is null && stop.Aborted.IsCancellationRequested)
        {
            end = SessionEnd.Aborted(stop.Reason);
        }
        var (outcome, reason) = Judgement.Of(end, verdict, _context.Limits.Broken);

        // 5. Record.
        var record = Record(trace, started, duration, outcome, reason, verdict);
        _context.Recorder.SessionEnded(record, duration, _context.Transcript.Actions);
        _run.Metrics.SessionEnded(goal, outcome, duration);
        _context.Log.Ended(outcome, record.Reason, duration, _context.Transcript.Actions);
        _context.Narrator?.Ended(record);
        trace.SetTag("apetest.session.outcome", AgentMetrics.OutcomeName(outcome));
        return record;
    }

    private async Task<SessionEnd> LoopAsync(StopOrder stop)
    {
        var limit = _context.Inputs.Limits.Timeout;
        using var timeout = new CancellationTokenSource(limit, _run.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop.Aborted);
        try
        {
            while (true)
            {
                if (_context.Limits.NoStepLeft() is { } capped)
                {
                    return capped;
                }

                // 3a. Decide.
                var decision = await DecideAsync(stop, linked.Token);
                if (_calls.Ended is { } ended)
                {
                    return ended;
                }
                if (_context.Limits.Decided(decision) is { } exhausted)
                {
                    return exhausted;
                }
                if (decision.Calls.IsEmpty)
                {
                    _context.Transcript.Add(new Turn([], [], decision.Text));
                    continue;
                }

                // 3b. Execute the calls in their order, observing each before the next.
                if (await _calls.ExecuteAsync(decision, stop, linked.Token) is { } end)
                {
                    return end;
                }
            }
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            return stop.Aborted.IsCancellationRequested
                ? SessionEnd.Aborted(stop.Reason)
                : SessionEnd.Stuck($"session_timeout: not finished within {limit.TotalSeconds:0.#} s");
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
            return Fault(exception);
        }
    }

    // A bug of ours must cost one session, not the run.
    private SessionEnd Fault(Exception exception)
    {
        _context.Failed("harness", "harness");
        HarnessFailed(_run.SessionLogger, exception);
        return SessionEnd.AgentError($"harness: {exception.GetType().Name}");
    }

    private async ValueTask<Decision> DecideAsync(StopOrder stop, CancellationToken cancellationToken)
    {
        var view = new SessionView
        {
            Run = _run.Plan.Run,
            Session = _context.Id,
            Goal = _context.Inputs.GoalText,
            Persona = _context.Inputs.Persona,
            State = _context.KnownState(),
            Turns = _context.Transcript.Turns,
            Tools = _run.Specs,
            StepsLeft = _context.Limits.StepsLeft,
            WantsReasoning = _context.Narrator is not null,
            WantsPrompt = _context.Prompts is not null,
            Invoke = (tool, arguments, token) => _calls.InvokeAsync(tool, arguments, stop, token),
        };
        _context.Clock.Harness();
        using var identity = _context.Use(_context.Transcript.Calls + 1);
        try
        {
            return await AskAsync(view, cancellationToken);
        }
        catch (BrainException exception) when (exception.Transient)
        {
            // One more try after a pause; the pause is the model's doing and its time.
            await Task.Delay(Backoff * (0.5 + _context.Random("backoff").NextDouble()), _run.Time, cancellationToken);
            _context.Clock.Model(null);
            var decision = await AskAsync(view, cancellationToken);
            _context.Recovered(Recovery.ModelBackoff);
            return decision;
        }
    }

    private async ValueTask<Decision> AskAsync(SessionView view, CancellationToken cancellationToken)
    {
        var model = _run.Plan.Scenario.Llm.Model;
        using var span = SessionTrace.StartChild($"chat {model}", ActivityKind.Client).SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.request.model", model);
        try
        {
            var decision = await _run.Brain.DecideAsync(view, cancellationToken);
            _context.Clock.Model(decision.Model?.Duration);
            if (decision.Model is { } use)
            {
                _context.Limits.Asked(use);
                _context.Recorder.ModelCall(use);
                _context.Log.Model(use.Model, decision.FinishReason, decision.Calls.Length, use.Duration, use.Ttft, use.PromptTokens, use.CompletionTokens);
                span.SetTag("gen_ai.usage.input_tokens", use.PromptTokens).SetTag("gen_ai.usage.output_tokens", use.CompletionTokens);
            }
            _context.Prompts?.Decided(_context.Transcript.Calls + 1, decision);
            _context.Narrator?.Decided(decision);
            return decision;
        }
        catch (BrainException exception)
        {
            _context.Clock.Model(null);
            if (exception.Use is { } use)
            {
                _context.Limits.Asked(use);
                _context.Recorder.ModelCall(use);
            }
            _context.Prompts?.Failed(_context.Transcript.Calls + 1, exception);
            _context.Failed(exception.Type, "model");
            _context.Narrator?.ModelFailed(exception);
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.Type);
            throw;
        }
    }

    private SessionRecord Record(Activity trace, DateTimeOffset started, TimeSpan duration, SessionOutcome outcome, string reason, OracleVerdict? verdict) => new()
    {
        Run = _run.Plan.Run,
        Session = _context.Id,
        Slot = _context.Slot,
        TraceId = trace.TraceId.ToHexString(),
        Goal = _context.Inputs.Goal.Name,
        Outcome = outcome,
        Reason = _context.Secrets.Clean(reason),
        Started = started,
        DurationS = duration.TotalSeconds,
        Evidence = [.. verdict?.Evidence.Select(each => new EvidenceRecord(each.Condition, each.Ok, _context.Secrets.Clean(each.Detail))) ?? []],
        Actions = _context.Transcript.Records(withAnswers: _context.Sampled || outcome is not SessionOutcome.Succeeded),
        Turns = _context.Prompts?.Turns ?? [],
        Sampled = _context.Sampled,
    };

    [LoggerMessage(5, LogLevel.Error, "the session failed by a fault of the agent", EventName = "session.harness_failed")]
    private static partial void HarnessFailed(ILogger logger, Exception exception);
}
