namespace ApeTest.ServiceDefaults.Hosting;

/// <summary>Environment variables that the services read.</summary>
public static class EnvironmentNames
{
    /// <summary>Base URL of the gateway; read by agent and CLI.</summary>
    public const string GatewayUrl = "APETEST_GATEWAY__URL";

    /// <summary>Base URL of the LLM proxy; read by agent and CLI.</summary>
    public const string LlmProxyUrl = "APETEST_LLMPROXY__URL";

    /// <summary>Base URL of the collector; read by agent and CLI.</summary>
    public const string CollectorUrl = "APETEST_COLLECTOR__URL";

    /// <summary><c>memory</c>, or a PostgreSQL connection string; read by agent and collector.</summary>
    public const string Queue = "APETEST_QUEUE";

    /// <summary>Name of a worker, unique in its runs; read by the agent. Unset: machine name and process id.</summary>
    public const string AgentName = "APETEST_AGENT__NAME";

    /// <summary>Most blocks, of at most 50 agents each, that a worker holds at a time; read by the agent. Unset: no limit.</summary>
    public const string AgentBlocks = "APETEST_AGENT__BLOCKS";

    /// <summary>How long a worker's sessions may go on after SIGTERM (<c>30s</c>, which is the default); read by the agent.</summary>
    public const string AgentDrain = "APETEST_AGENT__DRAIN";

    /// <summary>The one run that a worker works for; read by the agent. Unset: any run of the queue.</summary>
    public const string AgentRun = "APETEST_AGENT__RUN";

    /// <summary>Folder of the worker's log file; read by the agent. Unset: it logs to standard output.</summary>
    public const string AgentLogs = "APETEST_AGENT__LOGS";

    /// <summary>Any value: the worker ends when its standard input does, as it does with the process that started it; read by the agent.</summary>
    public const string AgentParent = "APETEST_AGENT__PARENT";

    /// <summary>Folder of the run directories; read by the collector. Unset: <c>.ape/runs</c>.</summary>
    public const string CollectorRuns = "APETEST_COLLECTOR__RUNS";

    /// <summary>File that holds the service token; read by every service.</summary>
    public const string TokenFile = "APETEST_TOKEN_FILE";

    /// <summary>Path of the gateway file.</summary>
    public const string GatewayConfig = "APETEST_GATEWAY__CONFIG";

    /// <summary>Path of the LLM proxy's file.</summary>
    public const string LlmProxyConfig = "APETEST_LLMPROXY__CONFIG";

    /// <summary>Prefix of scenario overrides (<c>APETEST_SCENARIO__AGENTS=50</c>); read by the CLI.</summary>
    public const string ScenarioPrefix = "APETEST_SCENARIO__";

    /// <summary>Base URL of Loki (<c>http://loki:3100</c>): log lines are shipped there. Unset: not shipped.</summary>
    public const string Loki = "APETEST_LOKI";

    /// <summary>OTLP endpoint for traces, metrics and logs (OpenTelemetry specification). Unset: nothing is exported.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Key of the provider <c>cerebras</c>; read by the LLM proxy only. <c>..._FILE</c> names a file that holds it.</summary>
    public const string CerebrasApiKey = "CEREBRAS_API_KEY";

    /// <summary>Key of the provider <c>openai</c>; read by the LLM proxy only. <c>..._FILE</c> names a file that holds it.</summary>
    public const string OpenAiApiKey = "OPENAI_API_KEY";

    /// <summary>Where Ollama listens; read by the LLM proxy only.</summary>
    public const string OllamaHost = "OLLAMA_HOST";
}
