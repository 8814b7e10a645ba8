using ApeTest.Runs.Recording;

namespace ApeTest.Agent.Brains;

/// <summary>A model that could not decide. Measured, never a bug: the session backs off once, then ends as <c>agent_error</c>.</summary>
public sealed class BrainException(string type, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>No answer within the model's time limit.</summary>
    public const string Timeout = "model_timeout";

    /// <summary>The proxy could not be reached, or the connection broke before an answer.</summary>
    public const string Unreachable = "model_unreachable";

    /// <summary>The stream ended without a finish reason.</summary>
    public const string Truncated = "model_truncated";

    /// <summary>The provider reported an error inside the stream.</summary>
    public const string StreamError = "model_stream_error";

    /// <summary>The answer was not what the protocol allows.</summary>
    public const string Protocol = "model_protocol";

    /// <summary>A token, cost or request budget of the run is used up; the run ends.</summary>
    public const string BudgetExhausted = "budget_exhausted";

    // What the proxy itself says no with, in its own words and not only as a status.
    private static readonly string[] Codes = ["circuit_open", "queue_full", "queue_timeout", "cassette_miss", "model_not_found", "missing_provider_key"];

    /// <summary>Bounded: one of the constants, <c>model_http_{status}</c>, or <c>model_{code}</c> of the proxy's own refusals.</summary>
    public string Type { get; } = type;

    /// <summary>What the failed call took, as far as it is known; null where no model was asked (a refusal for a budget).</summary>
    public ModelUse? Use { get; internal set; }

    /// <summary>What it was sent, where <see cref="Sessions.SessionView.WantsPrompt"/>; null elsewhere.</summary>
    internal IReadOnlyList<PromptMessage>? Prompt { get; set; }

    /// <summary>Whether asking again may help: not for a refused key, an unknown model or an exhausted budget.</summary>
    public bool Transient { get; } = type is Timeout or Unreachable or Truncated or StreamError or Protocol or "model_http_408" or "model_http_429"
        or "model_circuit_open" or "model_queue_full" or "model_queue_timeout"
        || type.StartsWith("model_http_5", StringComparison.Ordinal);

    /// <summary>Type of a refusal by its code; null where the code says no more than the status.</summary>
    public static string? OfCode(string? code) => Codes.Contains(code, StringComparer.Ordinal) ? "model_" + code : null;

    /// <summary>Type of an HTTP answer that is an error.</summary>
    public static string Http(int status) => status is >= 400 and < 600 ? $"model_http_{status}" : Protocol;
}
