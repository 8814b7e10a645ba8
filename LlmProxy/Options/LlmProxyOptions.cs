using System.Text.Json.Serialization;

namespace ApeTest.LlmProxy.Options;

/// <summary>
/// What the LLM proxy serves and how. Built in code by the CLI, or read from the JSON file named by <c>APETEST_LLMPROXY__CONFIG</c>
/// (<see cref="Hosting.ConfigFile"/>); property names in the file are camelCase and durations are texts such as <c>30s</c> or <c>250ms</c>.
/// </summary>
public sealed class LlmProxyOptions
{
    /// <summary>Keys that clients present as <c>Authorization: Bearer</c>. Default: none, then no key is asked for.</summary>
    public IList<ProxyKeyOptions> Keys { get; set; } = [];

    /// <summary>
    /// Providers by name, over the built-in ones (<c>builtin</c>, <c>cerebras</c>, <c>openai</c>, <c>ollama</c>), which always exist.
    /// A new name is an OpenAI-compatible server and needs a base URL.
    /// </summary>
    public IDictionary<string, ProviderOptions> Providers { get; set; } = new Dictionary<string, ProviderOptions>(StringComparer.Ordinal);

    /// <summary>
    /// Other names of models. An alias names one or more <c>provider/model</c>: the first is asked, and where it fails before its first byte the
    /// next (failover). In the file a single text may stand for a list of one.
    /// </summary>
    [JsonConverter(typeof(AliasConverter))]
    public IDictionary<string, IReadOnlyList<string>> Aliases { get; set; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Model of requests that name none: <c>provider/model</c> or an alias. Default <c>builtin/planner</c>.</summary>
    public string DefaultModel { get; set; } = "builtin/planner";

    /// <summary>Time limits of a call to a provider.</summary>
    public TimeoutOptions Timeouts { get; set; } = new();

    /// <summary>Retries before the first byte.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>Bounded concurrency per provider.</summary>
    public QueueOptions Queue { get; set; } = new();

    /// <summary>When a provider that fails is left alone for a while. Null: never.</summary>
    public BreakerOptions? Breaker { get; set; } = new();

    /// <summary>Budgets of runs, and where what was spent is kept.</summary>
    public BudgetOptions Budgets { get; set; } = new();

    /// <summary>Recorded exchanges. Default: none.</summary>
    public CassetteOptions Cassette { get; set; } = new();

    /// <summary>Timing profile of <c>builtin/planner</c>.</summary>
    public PlannerOptions Planner { get; set; } = new();

    /// <summary>Prices by <c>provider/model</c>, over the dated table in the code; the provider is one that is known.</summary>
    public IDictionary<string, PriceOptions> Prices { get; set; } = new Dictionary<string, PriceOptions>(StringComparer.Ordinal);

    /// <summary>Largest request body, bytes. Default 16 MiB; beyond it 413.</summary>
    public int MaxRequestBytes { get; set; } = 16 << 20;

    /// <summary>Largest answer that is not streamed, bytes. Default 32 MiB; beyond it 502.</summary>
    public int MaxResponseBytes { get; set; } = 32 << 20;

    /// <summary>Largest single server-sent event, bytes. Default 1 MiB; beyond it the stream ends with an error.</summary>
    public int MaxEventBytes { get; set; } = 1 << 20;

    /// <summary>Where environment variables are read (provider keys). Default: the process's environment.</summary>
    [JsonIgnore]
    public Func<string, string?> Environment { get; set; } = System.Environment.GetEnvironmentVariable;
}

/// <summary>One provider. Unset members take the provider's own defaults.</summary>
public sealed class ProviderOptions
{
    /// <summary>Base URL including the version, such as <c>http://127.0.0.1:8000/v1</c>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Provider key. Prefer <see cref="KeyVariable"/>; never logged or returned.</summary>
    public string? Key { get; set; }

    /// <summary>Environment variable with the key (or, with <c>_FILE</c> behind it, the file that holds it).</summary>
    public string? KeyVariable { get; set; }

    /// <summary>Calls in flight at most; null: <see cref="QueueOptions.Concurrency"/>.</summary>
    public int? Concurrency { get; set; }

    /// <summary>
    /// Whether its models cost nothing where no price of them is known, neither in <see cref="LlmProxyOptions.Prices"/> nor in the table in the code. Default: true for
    /// <c>builtin</c>, <c>ollama</c> and base URLs on loopback; a gateway there to a provider that costs needs prices, or false.
    /// </summary>
    public bool? Free { get; set; }

    /// <summary>
    /// <c>max_completion_tokens</c> of requests that state none. Null: none is sent, except to <c>cerebras</c>, which admits a request by its prompt plus this
    /// number (there 4,096).
    /// </summary>
    public int? MaxCompletionTokens { get; set; }

    /// <summary>Whether streams are asked for a usage chunk (<c>stream_options.include_usage</c>). Default true.</summary>
    public bool AskUsage { get; set; } = true;

    /// <summary>
    /// Whether any certificate is accepted, for tests and hosts with a certificate of their own: whoever stands in between then reads the key and every prompt.
    /// Default false; needs <see cref="BaseUrl"/> with https.
    /// </summary>
    public bool Insecure { get; set; }
}

/// <summary>Time limits of one call. Each is an error of its own kind: 504 before the first byte, an error event after it.</summary>
public sealed class TimeoutOptions
{
    /// <summary>Connecting, TLS included. Default 5 s.</summary>
    public TimeSpan Connect { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Request sent to response headers; of an answer that is not streamed, to its end. Default 60 s.</summary>
    public TimeSpan Headers { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Response headers to the first token. Default 60 s.</summary>
    public TimeSpan FirstToken { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two tokens; keep-alive comments do not count as tokens. Default 30 s.</summary>
    public TimeSpan InterToken { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The whole call, retries included, queue excluded. Default 5 min.</summary>
    public TimeSpan Total { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>Retries of failed connects and of 408, 429, 500, 502, 503 and 504, before the first byte only.</summary>
public sealed class RetryOptions
{
    /// <summary>Attempts after the first. Default 2; 0 turns retries off.</summary>
    public int Attempts { get; set; } = 2;

    /// <summary>First pause; doubles each time, with up to 50 % jitter taken off. Default 250 ms.</summary>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause. A provider that asks for more in <c>Retry-After</c> is not retried: its answer is passed on. Default 20 s.</summary>
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>First come, first served, per provider.</summary>
public sealed class QueueOptions
{
    /// <summary>Calls in flight per provider. Default 256.</summary>
    public int Concurrency { get; set; } = 256;

    /// <summary>Calls waiting per provider. Default 4096; beyond it 503 at once.</summary>
    public int Length { get; set; } = 4096;

    /// <summary>Longest wait. Default 30 s; then 503.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How fast the planner pretends to be, to study capacity.</summary>
public sealed class PlannerOptions
{
    /// <summary>Pause before the first token. Default 0.</summary>
    public TimeSpan Ttft { get; set; }

    /// <summary>Tokens (4 characters) a second after the first; 0: no pauses. Default 0.</summary>
    public double TokensPerSecond { get; set; }
}

/// <summary>Price of a model.</summary>
public sealed class PriceOptions
{
    /// <summary>US dollars for a million prompt tokens, 0..1,000,000.</summary>
    public decimal Prompt { get; set; }

    /// <summary>US dollars for a million completion tokens, 0..1,000,000.</summary>
    public decimal Completion { get; set; }
}
