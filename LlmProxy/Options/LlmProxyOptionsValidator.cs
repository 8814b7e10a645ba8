using ApeTest.LlmProxy.Budgets;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Options;

/// <summary>Checks the options and tells every error at once.</summary>
internal static class LlmProxyOptionsValidator
{
    // What timers can count is about 1,193 h.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private const decimal DearestUsd = 1_000_000; // for a million tokens

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
            Check(string.IsNullOrWhiteSpace(key.Key) || !key.Key.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c)), $"{field}.key: holds a space or a line break, which Authorization: Bearer cannot carry; take it out");
            Budget(key.MaxTokens, $"{field}.maxTokens");
            Budget(key.MaxCostUsd, $"{field}.maxCostUsd");
            Budget(key.MaxRequests, $"{field}.maxRequests");
            Limit(key.RequestsPerMinute, $"{field}.requestsPerMinute");
            Limit(key.TokensPerMinute, $"{field}.tokensPerMinute");
        }

        Budget(options.Budgets.MaxTokensPerRun, "budgets.maxTokensPerRun");
        Budget(options.Budgets.MaxCostUsdPerRun, "budgets.maxCostUsdPerRun");
        Budget(options.Budgets.MaxRequestsPerRun, "budgets.maxRequestsPerRun");
        foreach (var (alias, models) in options.Aliases)
        {
            Check(alias.Length > 0 && !alias.Contains('/', StringComparison.Ordinal), $"aliases.{alias}: an alias is not empty and has no slash, which only provider/model has");
            Check(models.Count > 0, $"aliases.{alias}: names no model; give provider/model, or a list of them to fail over");
            foreach (var model in models)
            {
                Check(IsModel(model), $"aliases.{alias}: \"{model}\" is not provider/model with a provider that is known");
            }
        }

        foreach (var (model, price) in options.Prices)
        {
            Check(IsModel(model), $"prices.{model}: is not provider/model with a provider that is known; write for example openai/gpt-5");
            Price(price.Prompt, $"prices.{model}.prompt");
            Price(price.Completion, $"prices.{model}.completion");
        }

        if (options.Breaker is { } breaker)
        {
            Check(breaker.Share is > 0 and <= 1, $"breaker.share: {breaker.Share} is not above 0 and at most 1");
            Check(breaker.Calls >= 2, $"breaker.calls: {breaker.Calls} is below 2");
            Check(breaker.Window >= TimeSpan.FromMilliseconds(500), "breaker.window: is below 500ms");
            NotLong(breaker.Window, "breaker.window");
            NotLong(breaker.Break, "breaker.break");
            Check(breaker.Break >= TimeSpan.FromMilliseconds(500), "breaker.break: is below 500ms");
        }

        Check(options.Cassette.Speed is >= 0 and < double.PositiveInfinity, "cassette.speed: is negative; 0 means no pauses, 1 as recorded");
        foreach (var (name, provider) in options.Providers)
        {
            Check(name.Length > 0 && !name.Contains('/', StringComparison.Ordinal),
                $"providers.{name}: a name is not empty and has no slash, since models are named provider/model");
            Check(provider.BaseUrl is null || IsHttp(provider.BaseUrl),
                $"providers.{name}.baseUrl: \"{Shown(provider.BaseUrl)}\" is not an http or https URL, such as http://127.0.0.1:8000/v1");
            Check(!IsHttp(provider.BaseUrl ?? "") || IsPlain(provider.BaseUrl!),
                $"providers.{name}.baseUrl: \"{Shown(provider.BaseUrl)}\" has a user, a query or a fragment, which are not sent; give the key by keyVariable and leave them out");
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
        NotLong(options.Retry.Backoff, "retry.backoff");
        Positive(options.Retry.MaxPause, "retry.maxPause");
        Check(options.Planner.Ttft >= TimeSpan.Zero, "planner.ttft: is negative");
        NotLong(options.Planner.Ttft, "planner.ttft");
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

        void Budget(decimal? value, string field)
        {
            Limit(value, field);
            Check(value is null or <= BudgetLimits.Largest, $"{field}: {value} is above 1e15; leave it out for no limit");
        }

        void Price(decimal value, string field) =>
            Check(value is >= 0 and <= DearestUsd, $"{field}: {value} is not within 0..{DearestUsd}; it is in US dollars for a million tokens");

        bool IsModel(string model)
        {
            var provider = model.Split('/')[0];
            return model.Length > provider.Length + 1 && (options.Providers.ContainsKey(provider) || Providers.ProviderRegistry.IsBuiltInName(provider));
        }

        void Positive(TimeSpan value, string field)
        {
            Check(value > TimeSpan.Zero, $"{field}: {value} is not positive");
            NotLong(value, field);
        }

        void NotLong(TimeSpan value, string field) => Check(value <= Longest, $"{field}: is above {Longest.TotalHours:0}h");
    }

    // Without user, password and query, which may be secrets; of a text that is no URL as well.
    private static string? Shown(string? url)
    {
        if (url is null)
        {
            return null;
        }

        var start = url.IndexOf("//", StringComparison.Ordinal) is >= 0 and var slashes ? slashes + 2 : 0;
        var at = url.LastIndexOf('@');
        url = at < start ? url : string.Concat(url.AsSpan(0, start), Redactor.Mask, url.AsSpan(at));
        return url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? string.Concat(url.AsSpan(0, query + 1), Redactor.Mask) : url;
    }

    private static bool IsPlain(string url) => new Uri(url) is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 };

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
