namespace ApeTest.LlmProxy.Options;

/// <summary>Checks the options and tells every error at once.</summary>
internal static class LlmProxyOptionsValidator
{
    public static void Validate(LlmProxyOptions options)
    {
        List<string> errors = [];
        for (var i = 0; i < options.Keys.Count; i++)
        {
            var key = options.Keys[i];
            Check(!string.IsNullOrWhiteSpace(key.Key), $"keys[{i}].key: is empty; give the text that clients present");
            Check(key.MaxTokens is null or > 0, $"keys[{i}].maxTokens: {key.MaxTokens} is not positive; leave it out for no limit");
            Check(key.MaxCostUsd is null or > 0, $"keys[{i}].maxCostUsd: {key.MaxCostUsd} is not positive; leave it out for no limit");
        }

        foreach (var (name, provider) in options.Providers)
        {
            Check(name.Length > 0 && !name.Contains('/', StringComparison.Ordinal),
                $"providers.{name}: a name is not empty and has no slash, since models are named provider/model");
            Check(provider.BaseUrl is null || IsHttp(provider.BaseUrl),
                $"providers.{name}.baseUrl: \"{provider.BaseUrl}\" is not an http or https URL, such as http://127.0.0.1:8000/v1");
            Check(provider.Concurrency is null or > 0, $"providers.{name}.concurrency: {provider.Concurrency} is not positive");
            Check(provider.BaseUrl is not null || Providers.ProviderRegistry.IsBuiltInName(name),
                $"providers.{name}.baseUrl: is missing; an OpenAI-compatible server needs one, such as http://127.0.0.1:8000/v1");
        }

        Positive(options.Timeouts.Connect, "timeouts.connect");
        Positive(options.Timeouts.Headers, "timeouts.headers");
        Positive(options.Timeouts.FirstToken, "timeouts.firstToken");
        Positive(options.Timeouts.InterToken, "timeouts.interToken");
        Positive(options.Timeouts.Total, "timeouts.total");
        Positive(options.Queue.Deadline, "queue.deadline");
        Check(options.Queue.Concurrency > 0, $"queue.concurrency: {options.Queue.Concurrency} is not positive");
        Check(options.Queue.Length >= 0, $"queue.length: {options.Queue.Length} is negative; 0 means that nothing waits");
        Check(options.Retry.Attempts is >= 0 and <= 10, $"retry.attempts: {options.Retry.Attempts} is not within 0..10");
        Check(options.Retry.Backoff >= TimeSpan.Zero, "retry.backoff: is negative");
        Check(options.Planner.Ttft >= TimeSpan.Zero, "planner.ttft: is negative");
        Check(options.Planner.TokensPerSecond >= 0, "planner.tokensPerSecond: is negative; 0 means no pauses");
        Check(options.MaxRequestBytes > 0, "maxRequestBytes: is not positive");
        Check(options.MaxResponseBytes > 0, "maxResponseBytes: is not positive");
        Check(options.MaxEventBytes >= 1024, "maxEventBytes: is below 1024");
        if (errors.Count > 0)
        {
            throw new LlmProxyConfigException(errors);
        }

        void Check(bool good, string error)
        {
            if (!good)
            {
                errors.Add(error);
            }
        }

        void Positive(TimeSpan value, string field) => Check(value > TimeSpan.Zero, $"{field}: {value} is not positive");
    }

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
