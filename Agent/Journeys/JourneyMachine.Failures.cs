using System.Globalization;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Targets.Http;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>What it means for the session that a step failed.</summary>
internal sealed partial class JourneyMachine
{
    /// <summary>The policy kept the request: the target never saw it, so it is an error and no request in any figure.</summary>
    private void NotSent(CompiledStep step, RawExchange exchange)
    {
        var type = exchange.ErrorType!;
        ref var entry = ref session.Trail.Last;
        (entry.Error, entry.Detail, entry.Dispatched) = (type, exchange.ErrorMessage, exchange.Dispatched);
        session.Recorder.Error(new ErrorSample(type, ErrorPlace.Of(type)!, session.TraceKey) { Operation = step.Name, Detail = JourneyReport.Secrets(session).Clean(exchange.ErrorMessage ?? "") });
        session.Spans?.Answered(0, type);
        if (session.Run.Observer is not null)
        {
            JourneyReport.Acted(session, step, _hops);
        }
        Fail(step, new StepResult(type, exchange.ErrorMessage));
    }

    private bool Retries(CompiledStep step, RawExchange exchange)
    {
        if (!StepRetry.IsWorthIt(exchange) || _attempts >= step.Retries || !_isPatient)
        {
            return false;
        }
        var wait = StepRetry.PauseAfter(_attempts, exchange, step.Timeout, session.Run.Time, out _retryRest);
        var attempts = _attempts + 1;
        // The very request again, generated values and all; after a redirect it is no longer there.
        if (_hops > 0 && !step.TryRender(session.Values, session.Request, out var problem))
        {
            Unwritten(step, problem);
            return true;
        }
        (_attempts, _hops, _isReady, _retryWait) = (attempts, 0, true, wait);
        return true;
    }

    private void Unwritten(CompiledStep step, string? problem)
    {
        _status = 0;
        session.Recorder.Error(new ErrorSample(Template, "harness", session.TraceKey) { Operation = step.Name, Detail = problem is null ? null : JourneyReport.Secrets(session).Clean(problem) });
        Failed(step, SessionEnd.AgentError($"{(IsInSetup ? "setup: " : "")}{Template}: {step.Name}: {problem}"));
    }

    /// <summary>The first failure tells the outcome; the session goes on only where the step says so.</summary>
    private void Failed(CompiledStep step, SessionEnd failure)
    {
        _failures++;
        session.Failure ??= failure;
        if (!step.Continue || IsInSetup)
        {
            session.End = session.Failure;
        }
    }

    private void TimedOut() => session.End ??= SessionEnd.Stuck(string.Create(CultureInfo.InvariantCulture, $"{SessionTimeout}: not finished within {session.Limit.TotalSeconds:0.#} s"));

    private void Fail(CompiledStep step, in StepResult result)
    {
        var reason = $"{(IsInSetup ? "setup: " : "")}{result.ErrorType}: {step.Name}{(result.Detail is { } detail ? $": {detail}" : "")}";
        switch (result.ErrorType)
        {
            case SessionTimeout:
                TimedOut();
                break;
            case TargetErrors.Budget:
                session.Run.BudgetExhausted();
                session.End = SessionEnd.Aborted("budget: the run's request budget is used up");
                break;
            default:
                // What the policy denies is the scenario's fault, unless a redirect led there.
                var isOurs = result.ErrorType is TargetErrors.BadRequest or TargetErrors.Memory || (result.ErrorType is TargetErrors.Denied && _hops == 0 && _status == 0);
                Failed(step, isOurs ? SessionEnd.AgentError(reason) : SessionEnd.Failed(reason));
                break;
        }
    }
}
