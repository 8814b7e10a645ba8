using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ApeTest.Scenarios.Model;

/// <summary>The model that decides the actions of goals.</summary>
public sealed record LlmSpec
{
    /// <summary>Name under which the LLM proxy knows <see cref="Model"/> and <see cref="Fallback"/> together.</summary>
    public const string Chain = "run";

    /// <summary>Model of the deterministic built-in planner, which needs no key and no network.</summary>
    public const string BuiltInPlanner = "builtin/planner";

    /// <summary><c>provider/model</c>. Default <see cref="BuiltInPlanner"/>.</summary>
    public string Model { get; init; } = BuiltInPlanner;

    /// <summary>Models that are asked one after another where <see cref="Model"/> fails before its first byte: <c>provider/model</c> each. Default: none.</summary>
    public ImmutableArray<string> Fallback { get; init; } = [];

    /// <summary><see cref="Model"/>, then <see cref="Fallback"/>.</summary>
    // The serializer writes read-only lists or not, by how often it ran: the plan's hash must not depend on that.
    [JsonIgnore]
    public ImmutableArray<string> Models => [Model, .. Fallback];

    /// <summary>What requests to the LLM proxy name: <see cref="Chain"/> where there is a fallback.</summary>
    public string Asked => Fallback.IsEmpty ? Model : Chain;

    /// <summary>Base URL of an OpenAI-compatible server, for the provider <c>openai</c>. Default: the provider's own.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>Budget of a run with a model that may cost something, in US dollars, where the scenario sets none.</summary>
    public const decimal DefaultMaxCostUsd = 1;

    /// <summary>Run budget in US dollars. Null: none, which the loader gives only to models that cost nothing.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Run budget in tokens (prompt and completion). Null: unlimited.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>Run budget in model calls. Null: unlimited.</summary>
    public long? MaxRequests { get; init; }

    /// <summary>Recorded exchanges with the models. Null: none.</summary>
    public CassetteSpec? Cassette { get; init; }

    /// <summary>Pace of the built-in planner. Null: as fast as it can.</summary>
    public PlannerSpec? Planner { get; init; }

    /// <summary>Upper bound of one answer, sent as <c>max_completion_tokens</c>. Default 1024.</summary>
    public int MaxCompletionTokens { get; init; } = 1024;

    /// <summary>Sampling temperature. Default 0.</summary>
    public double Temperature { get; init; }

    /// <summary>Time limit of one model call. Default 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Base URL of one of the models: <paramref name="baseUrl"/> belongs to the provider of <paramref name="model"/> only; null: the provider's own.</summary>
    public static Uri? BaseUrlOf(string other, string model, Uri? baseUrl) =>
        string.Equals(other.Split('/')[0], model.Split('/')[0], StringComparison.Ordinal) ? baseUrl : null;

    /// <summary>Whether a model may cost something: not the built-in planner, not Ollama, not a server on this machine.</summary>
    public static bool MayCost(string model, Uri? baseUrl) =>
        !model.StartsWith("builtin/", StringComparison.Ordinal) && !model.StartsWith("ollama/", StringComparison.Ordinal) && baseUrl is not { IsLoopback: true };
}
