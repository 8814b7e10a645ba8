using System.Globalization;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;

namespace ApeTest.Cli.Commands.Try;

/// <summary>What a person may do next about a session that did not succeed.</summary>
internal static class TrialAdvice
{
    private const int MostCandidates = 4;

    /// <summary>Pieces of advice, each with what to type, if anything; none for a session that succeeded or was stopped.</summary>
    public static IEnumerable<(string Advice, IReadOnlyList<string> Commands)> Of(TrialResult result)
    {
        if (result.Record is not { Outcome: not (SessionOutcome.Succeeded or SessionOutcome.Aborted) } record)
        {
            yield break;
        }
        if (result.Start.Journey is not null)
        {
            yield return (OfJourney(record.Reason), []);
            yield break;
        }
        if (record.Outcome is SessionOutcome.AgentError)
        {
            yield return (OfAgent(record.Reason), []);
            yield break;
        }
        if (record.Outcome is SessionOutcome.Failed)
        {
            yield return ("The target failed: what it said in this trace is in the logs, and what it logged itself carries the same trace id.", []);
            yield break;
        }
        var missing = result.Start.Goal.Success.Zip(record.Evidence).Where(pair => !pair.Second.Ok).ToList();
        // A read cannot confirm what an operation has not done: that operation is what is missing then.
        var undone = missing.Exists(pair => pair.First.Operation is not null);
        foreach (var (condition, evidence) in missing.Where(pair => !undone || pair.First.Read is null))
        {
            yield return (Missing(condition, evidence, result), []);
        }
        if (Limit(record.Reason) is { } limit)
        {
            yield return (limit, []);
        }
        // Where the operations are proven and only what they made is not there, another proof would hide a lost write.
        var proofs = undone ? Proofs(result) : [];
        if (proofs.Count > 0)
        {
            yield return ("These calls changed data and were answered well. Where one of them is what the goal asks for, let it be the proof:",
                [.. proofs.Select(proof => $"--success '{proof}'")]);
        }
        if (result.Start.Plan.Scenario.Llm.Model == LlmSpec.BuiltInPlanner)
        {
            yield return ("builtin/planner goes by rules and is no language model: name in the goal what the operations name, or take a real model, for example:",
                ["--model cerebras/gpt-oss-120b", "--model ollama/NAME"]);
        }
    }

    private static string OfJourney(string reason) => reason.Split(':')[0] switch
    {
        "template" => "A request could not be written: the value that it names is missing there, or cannot stand there. See the step before it that should extract it.",
        "extraction" => "The answer does not hold what the step extracts: compare the body above with `extract`.",
        "check" => "The answer is not as `check` asks: compare it above.",
        "loop_limit" => "A loop went on for as often as `max` allows: the condition never came to hold.",
        "session_timeout" => "It ran out of time. If the journey needs more, set its `timeout`.",
        "setup" => "What is done once an agent (`setup`) failed: see its step above.",
        "denied" => "The target policy refused the request: the reason says how to allow it.",
        _ => "The target failed: what it answered is above, and what it logged itself carries the same trace id.",
    };

    private static string OfAgent(string reason) => reason.Split(':')[0] switch
    {
        "invalid_calls" => "The model's calls do not fit the tools ('refused' above says why). A stronger model follows their schemas: --model PROVIDER/MODEL.",
        "no_call" => "The model talks and calls no tool: take one that supports tool calls with --model PROVIDER/MODEL.",
        "harness" => "That is a fault of ApeTest, not of the target; the logs of the run say more.",
        _ => "The model did not answer as it must: see whether it is up and its key is good, or take another with --model PROVIDER/MODEL.",
    };

    /// <summary>Why a condition does not hold, from what the session did.</summary>
    private static string Missing(SuccessCondition condition, EvidenceRecord evidence, TrialResult result)
    {
        if (condition is { Operation: null, Read: null })
        {
            return $"\"{evidence.Condition}\" does not hold: {evidence.Detail}.";
        }
        if (condition.Operation is not { } operation)
        {
            return $"The read that must confirm it does not: {evidence.Detail}. Either the target did not keep what it said it did, or the read asks for the wrong thing.";
        }
        var answers = result.Events.OfType<SessionActed>().Where(acted => acted.Call.Tool == operation).ToList();
        if (answers.Count > 0)
        {
            var answered = string.Join(", ", answers.Select(acted => acted.Call.Status?.ToString(CultureInfo.InvariantCulture) ?? acted.Call.Error).Distinct());
            return $"{operation} was called and answered {answered}: see above what the target said to it.";
        }
        return result.Events.OfType<SessionRejected>().Any(rejected => rejected.Call.Tool == operation)
            ? $"{operation} was called, but never in a way that could be sent: 'refused' above says what was wrong with it."
            : $"The agent never called {operation}. If the goal needs it, say so in the goal's words; if not, --success should name something else.";
    }

    private static string? Limit(string reason) => reason.Split(':')[0] switch
    {
        "step_cap" => "It ran out of steps. If the goal needs more, set session: { maxSteps: N } in the scenario.",
        "session_timeout" => "It ran out of time. If the goal needs more, set session: { timeout: 5m } in the scenario.",
        "token_budget" => "It ran out of tokens. If the goal needs more, set session: { maxTokens: N } in the scenario.",
        "repeated_failure" => "The same call failed again and again: what the target said to it is above.",
        _ => null,
    };

    /// <summary>
    /// What changed something and was answered well, as success expressions: first what created something, then the last first. A login
    /// proves nothing.
    /// </summary>
    private static List<string> Proofs(TrialResult result)
    {
        var declared = result.Start.Goal.Success.SelectMany(ConditionTree.Operations).ToHashSet(StringComparer.Ordinal);
        return [.. result.Events.OfType<SessionActed>()
            .Where(acted => acted is { Method: not ("GET" or "HEAD" or "OPTIONS"), Call: { Error: null, Status: not null, Extracted.IsEmpty: true } }
                && !declared.Contains(acted.Call.Tool))
            .Reverse().OrderByDescending(acted => acted.Call.Status == 201)
            .Select(acted => string.Create(CultureInfo.InvariantCulture, $"{acted.Call.Tool}={acted.Call.Status}"))
            .Distinct().Take(MostCandidates)];
    }
}
