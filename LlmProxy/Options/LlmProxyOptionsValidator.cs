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
            var field = $"keys[{i}]";
            Check(string.IsNullOrWhiteSpace(key.Key) != string.IsNullOrWhiteSpace(key.KeySha256), $"{field}.key: give the text that clients present, or its SHA-256 in keySha256, and not both");
            Check(string.IsNullOrWhiteSpace(key.KeySha256) || (key.KeySha256.Length == 64 && key.KeySha256.All(char.IsAsciiHexDigit)), $"{field}.keySha256: is not 64 hexadecimal digits; make one with: ape-test proxy --new-key");
            Check(!string.IsNullOrWhiteSpace(key.Name), $"{field}.name: is empty; errors and the budget file name the key by it");
            Check(options.Keys.Take(i).All(other => other.Name != key.Name), $"{field}.name: \"{key.Name}\" is used twice; give each key its own");
            Limit(key.MaxTokens, $"{field}.maxTokens");
            Limit(key.MaxCostUsd, $"{field}.maxCostUsd");
            Limit(key.MaxRequests, $"{field}.maxRequests");
            Limit(key.RequestsPerMinute, $"{field}.requestsPerMinute");
            Limit(key.TokensPerMinute, $"{field}.tokensPerMinute");
        }

        Limit(options.Budgets.MaxTokensPerRun, "budgets.maxTokensPerRun");
        Limit(options.Budgets.MaxCostUsdPerRun, "budgets.maxCostUsdPerRun");
        Limit(options.Budgets.MaxRequestsPerRun, "budgets.maxRequestsPerRun");
        foreach (var (alias, models) in options.Aliases)
        {
            Check(alias.Length > 0 && !alias.Contains('/', StringComparison.Ordinal), $"aliases.{alias}: an alias is not empty and has no slash, which only provider/model has");
            Check(models.Count > 0, $"aliases.{alias}: names no model; give provider/model, or a list of them to fail over");
            foreach (var model in models)
            {
                var provider = model.Split('/')[0];
                Check(model.Length > provider.Length + 1 && (options.Providers.ContainsKey(provider) || Providers.ProviderRegistry.IsBuiltInName(provider)),
                    $"aliases.{alias}: \"{model}\" is not provider/model with a provider that is known");
            }
        }

        if (options.Breaker is { } breaker)
        {
            Check(breaker.Share is > 0 and <= 1, $"breaker.share: {breaker.Share} is not above 0 and at most 1");
            Check(breaker.Calls >= 2, $"breaker.calls: {breaker.Calls} is below 2");
            Check(breaker.Window >= TimeSpan.FromMilliseconds(500), "breaker.window: is below 500ms");
            Check(breaker.Break >= TimeSpan.FromMilliseconds(500), "breaker.break: is below 500ms");
        }

        Check(options.Cassette.Speed is >= 0 and < double.PositiveInfinity, "cassette.speed: is negative; 0 means no pauses, 1 as recorded");
        foreach (var (name, provider) in options.Providers)
        {
            Check(name.Length > 0 && !name.Contains('/', StringComparison.Ordinal),
                $"providers.{name}: a name is not empty and has no slash, since models are named provider/model");
            Check(provider.BaseUrl is null || IsHttp(provider.BaseUrl),
                $"providers.{name}.baseUrl: \"{provider.BaseUrl}\" is not an http or https URL, such as http://127.0.0.1:8000/v1");
            Check(provider.Concurrency is null or > 0, $"providers.{name}.concurrency: {provider.Concurrency} is not positive");
            Limit(provider.MaxCompletionTokens, $"providers.{name}.maxCompletionTokens");
            Check(!provider.Insecure || provider.BaseUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true,
                $"providers.{name}.insecure: accepts any certificate, which only a baseUrl of your own with https can want; leave it out");
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

        void Limit(decimal? value, string field) => Check(value is null or > 0, $"{field}: {value} is not positive; leave it out for no limit");

        void Positive(TimeSpan value, string field) => Check(value > TimeSpan.Zero, $"{field}: {value} is not positive");
    }

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
