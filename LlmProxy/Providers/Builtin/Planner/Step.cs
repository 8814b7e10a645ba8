using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>One operation that an intent needs done, and how far it got.</summary>
internal sealed class Step(Intent intent, Operation operation)
{
    /// <summary>Other operations that would do, the best first.</summary>
    public IReadOnlyList<Operation> Alternatives { get; init; } = [];

    /// <summary>Why the operation that fits best could not be called; null for the first.</summary>
    public string? Obstacle { get; init; }

    public Intent Intent { get; set; } = intent;

    public Operation Operation { get; } = operation;

    public StepState State { get; set; }

    /// <summary>Different tries that failed.</summary>
    public int Failures { get; set; }

    /// <summary>The same call sent again because the failure may pass.</summary>
    public int Repeats { get; set; }

    /// <summary>How far a search has been widened.</summary>
    public int Level { get; set; }

    /// <summary>Things that were tried in vain.</summary>
    public HashSet<string> Excluded { get; } = new(StringComparer.Ordinal);

    /// <summary>What was chosen for a reference, by parameter name; the last is the one to change when it does not work.</summary>
    public Dictionary<string, Thing> Chosen { get; } = new(StringComparer.Ordinal);

    /// <summary>Words of the goal that name what was chosen, by parameter name: they say nothing of another parameter.</summary>
    public Dictionary<string, HashSet<GoalToken>> Claims { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a token of the goal names a thing that was chosen.</summary>
    public bool IsClaimed(GoalToken token)
    {
        foreach (var claimed in Claims.Values)
        {
            if (claimed.Contains(token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Parameters whose thing the goal names outright: no other will do.</summary>
    public HashSet<string> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>Parameters whose thing is only a guess: nothing in the goal speaks of it.</summary>
    public HashSet<string> Guessed { get; } = new(StringComparer.Ordinal);

    /// <summary>Of an intent that is about each of several things: how many it was done to.</summary>
    public int Rounds { get; set; }

    /// <summary>Whether fewer things are to be had than are wanted.</summary>
    public bool IsShort { get; set; }

    /// <summary>Whether a thing that is named was not where it was looked for first.</summary>
    public bool IsSeeking { get; set; }

    /// <summary>Looks into one place after the other that were made.</summary>
    public int Looks { get; set; }

    /// <summary>What the last refusal of its own operation said; empty for none.</summary>
    public string Refusal { get; set; } = "";

    public string LastChosen { get; set; } = "";

    /// <summary>Values that a refusal asked for.</summary>
    public Dictionary<string, JsonNode?> Fixed { get; } = new(StringComparer.Ordinal);

    /// <summary>Parameters that a refusal named as missing.</summary>
    public HashSet<string> Wanted { get; } = new(StringComparer.Ordinal);

    /// <summary>Of an order of several lines: what each line is; empty where there is one.</summary>
    public List<Step> Lines { get; } = [];

    /// <summary>Of a checkout: the steps that filled the cart.</summary>
    public List<Step> Filled { get; } = [];
}

/// <summary>How far a step is.</summary>
internal enum StepState
{
    /// <summary>Not done yet.</summary>
    Open,

    /// <summary>Its operation answered well.</summary>
    Done,

    /// <summary>Given up.</summary>
    Failed,
}

/// <summary>A call that the planner wants made.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Step">The step it serves.</param>
/// <param name="Alias">Stem of what it is called for; empty when it is the step's own operation.</param>
internal sealed record Planned(Operation Operation, JsonObject Arguments, Step Step, string Alias)
{
    public string Key { get; } = Operation.Name + " " + Arguments.ToJsonString();

    public bool IsTarget => Alias.Length == 0;
}

/// <summary>What came of looking for a value.</summary>
internal readonly record struct Found(JsonNode? Value, Planned? Call, string? Stuck)
{
    public static readonly Found Nothing;

    public bool HasValue => Value is not null;

    public bool Ends => Call is not null || Stuck is not null;

    public static Found Of(JsonNode? value) => new(value, null, null);

    public static Found Need(Planned call) => new(null, call, null);

    public static Found StuckBecause(string why) => new(null, null, why);
}
