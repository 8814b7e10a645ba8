using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Cli.Commands.Init.Survey;
using ApeTest.Cli.Input;
using ApeTest.Cli.Readiness;
using ApeTest.LlmProxy.Providers.Builtin.Planner;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Success;

namespace ApeTest.Cli.Commands.Init;

/// <summary>Judges a goal of the user's as a run would: can it be loaded, and can it be proven at this target?</summary>
internal static class GoalCheck
{
    private const int LongestName = 40;

    /// <summary>The goal for the scenario. What no run accepts throws <see cref="Scenarios.ApeTestException"/> (exit 2).</summary>
    /// <param name="text">The goal.</param>
    /// <param name="success">What proves it; null: derived.</param>
    /// <param name="findings">The target.</param>
    public static SuggestedGoal Check(string text, string? success, TargetFindings findings)
    {
        var goal = new Dictionary<string, string> { ["name"] = NameOf(text), ["goal"] = text };
        if (success is not null)
        {
            goal["success"] = success;
        }
        var columns = findings.Login?.Fields ?? [];
        var scenario = new Dictionary<string, object>
        {
            ["target"] = new Dictionary<string, string> { ["url"] = findings.Url.ToString() },
            ["data"] = columns.IsEmpty ? new Dictionary<string, object>() : new Dictionary<string, object>
            {
                ["user"] = new Dictionary<string, object> { ["rows"] = new[] { columns.ToDictionary(static column => column.Column, static column => "x") } },
            },
            ["goals"] = new[] { goal },
        };
        var loaded = ScenarioLoader.Load(new ScenarioSources { Text = JsonSerializer.Serialize(scenario), TextName = "goal" });
        var judged = OracleCheck.Judge(loaded.IsValid ? loaded.Scenario! : throw ScenarioInput.Failure(loaded), findings.Catalog);
        return new SuggestedGoal(NameOf(text), text)
        {
            Success = success,
            Proof = success is null ? string.Join(", then ", judged.Scenario.Goals[0].Success.Select(ConditionWords.Of)) : null,
        };
    }

    // A name stands in every summary, metric and log line: who logs in, and with which password, is no part of it.
    private static string NameOf(string text)
    {
        while (Credentials.Take(ref text) is not null)
        {
            // Taken out.
        }
        var words = text.Split([' ', ',', '.', ';', '"', '\'', '/', ':', '{', '}', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
            .Select(static word => new string([.. word.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)])).Where(static word => word.Length > 0);
        var name = string.Join('-', words.Take(6));
        return name.Length == 0 ? "goal" : name[..Math.Min(name.Length, LongestName)].TrimEnd('-');
    }
}
