using ApeTest.Agent.Brains;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary>Counts what a session may not do for ever (DESIGN 2, outcome), and remembers which of its calls the target broke.</summary>
internal sealed class SessionLimits(SessionSpec limits)
{
    private const int InvalidCalls = 3;
    private const int AnswersWithoutCall = 3;
    private const int SameFailures = 3;

    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _broken = new(StringComparer.Ordinal);
    private long _tokens;
    private decimal _costUsd;
    private int _decisions;
    private int _invalid;
    private int _talk;

    /// <summary>Decisions left before the step cap.</summary>
    public int StepsLeft => limits.MaxSteps - _decisions;

    /// <summary>The last call that failed on the target's side (5xx or no answer) and did not work since: <c>checkout http_503</c>; null for none.</summary>
    public string? Broken { get; private set; }

    /// <summary>Counts what a model call took, failed ones included.</summary>
    public void Asked(ModelUse use)
    {
        _tokens += use.PromptTokens + use.CompletionTokens;
        _costUsd += use.CostUsd;
    }

    /// <summary>An end because of the decision just made; null to go on with its calls.</summary>
    public SessionEnd? Decided(in Decision decision)
    {
        _decisions++;
        if (_tokens > limits.MaxTokens)
        {
            return SessionEnd.Stuck($"token_budget: {_tokens} of {limits.MaxTokens} tokens");
        }
        if (_costUsd > limits.MaxCostUsd)
        {
            return SessionEnd.Stuck(FormattableString.Invariant($"cost_budget: {_costUsd:0.######} of {limits.MaxCostUsd} USD"));
        }
        if (!decision.Calls.IsEmpty)
        {
            _talk = 0;
            return null;
        }
        return ++_talk < AnswersWithoutCall ? null : SessionEnd.AgentError($"no_call: the model answered {_talk} times without calling a tool");
    }

    /// <summary>An end because no decision is left; null otherwise.</summary>
    public SessionEnd? NoStepLeft() => StepsLeft > 0 ? null : SessionEnd.Stuck($"step_cap: {limits.MaxSteps} decisions without finish");

    /// <summary>An end because of a call's result; null to go on.</summary>
    public SessionEnd? Called(ToolCall call, ActionResult result)
    {
        _talk = 0;
        if (result.Outcome is ActionOutcome.Rejected)
        {
            return ++_invalid < InvalidCalls ? null : SessionEnd.AgentError($"invalid_calls: {_invalid} in a row, the last {Short(call.Tool)} {result.ErrorType}");
        }
        _invalid = 0;
        if (result.Exchange is null)
        {
            return null;
        }

        var key = $"{call.Tool} {call.Arguments.GetRawText()}";
        if (result.Outcome is ActionOutcome.Ok)
        {
            _failures.Remove(key);
            _broken.Remove(call.Tool);
            Broken = _broken.Count == 0 ? null : _broken.Values.Last();
            return null;
        }
        if ((result.Outcome is ActionOutcome.TransportError && !IsOurs(result.ErrorType)) || result.Status >= 500)
        {
            _broken[call.Tool] = Broken = $"{call.Tool} {result.ErrorType}";
        }
        var failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
        return failures < SameFailures ? null : SessionEnd.Stuck($"repeated_failure: {call.Tool} {result.ErrorType} {failures} times with the same arguments");
    }

    // What our own policy or gateway refused is no fault of the target.
    private static bool IsOurs(string? errorType) => errorType is TargetErrors.Denied or TargetErrors.BadRequest or TargetErrors.Gateway;

    private static string Short(string name) => name.Length <= 64 ? name : name[..64];
}
