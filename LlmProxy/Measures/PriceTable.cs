using System.Collections.Frozen;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Measures;

/// <summary>
/// List prices in US dollars for a million tokens, as published in January 2026. They change: options override and add.
/// A dated model (<c>gpt-4o-2024-08-06</c>) takes the price of the longest listed name in front of a dash.
/// </summary>
internal sealed partial class PriceTable
{
    private const int MostUnpriced = 256; // callers name models as they like

    private static readonly (string Model, decimal Prompt, decimal Completion)[] Listed =
    [
        ("cerebras/gpt-oss-120b", 0.35m, 0.75m),
        ("cerebras/llama3.1-8b", 0.10m, 0.10m),
        ("cerebras/qwen-3-32b", 0.40m, 0.80m),
        ("openai/gpt-4.1", 2.00m, 8.00m),
        ("openai/gpt-4.1-mini", 0.40m, 1.60m),
        ("openai/gpt-4.1-nano", 0.10m, 0.40m),
        ("openai/gpt-4o", 2.50m, 10.00m),
        ("openai/gpt-4o-mini", 0.15m, 0.60m),
        ("openai/gpt-5", 1.25m, 10.00m),
        ("openai/gpt-5-mini", 0.25m, 2.00m),
        ("openai/gpt-5-nano", 0.05m, 0.40m),
        ("openai/o4-mini", 1.10m, 4.40m),
    ];

    private readonly FrozenDictionary<string, PriceOptions> _prices;
    private readonly HashSet<string>? _unpriced; // null: no budget is in US dollars
    private readonly ILogger? _logger;

    public PriceTable(LlmProxyOptions options, ILogger<PriceTable>? logger = null)
    {
        _logger = logger;
        _unpriced = options.Budgets.MaxCostUsdPerRun is not null || options.Keys.Any(static key => key.MaxCostUsd is not null) ? [] : null;
        var prices = Listed.ToDictionary(
            row => row.Model, row => new PriceOptions { Prompt = row.Prompt, Completion = row.Completion }, StringComparer.Ordinal);
        foreach (var (model, price) in options.Prices)
        {
            prices[model] = price;
        }

        _prices = prices.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Cost in US dollars; null when the model costs something and its price is unknown.</summary>
    public decimal? Cost(ILlmProvider provider, string model, long promptTokens, long completionTokens)
    {
        if (provider.Replays)
        {
            return 0;
        }

        var price = Find(provider, model);
        if (price is null)
        {
            if (provider.Free)
            {
                return 0;
            }

            TellUnpriced(provider, model);
            return null;
        }

        return ((price.Prompt * promptTokens) + (price.Completion * completionTokens)) / 1_000_000m;
    }

    /// <summary>Price of a model; null when it is unknown.</summary>
    public PriceOptions? Find(ILlmProvider provider, string model) => Find(provider.Name + "/" + model);

    private PriceOptions? Find(string name)
    {
        while (true)
        {
            if (_prices.TryGetValue(name, out var price))
            {
                return price;
            }

            // Only the date is cut off: gpt-5-pro is not gpt-5.
            var dash = name.LastIndexOf('-');
            if (dash <= 0 || name.AsSpan(dash + 1).ContainsAnyExceptInRange('0', '9'))
            {
                return null;
            }

            name = name[..dash];
        }
    }

    private void TellUnpriced(ILlmProvider provider, string model)
    {
        if (_unpriced is null || _logger is null)
        {
            return;
        }

        var name = provider.Name + "/" + model;
        lock (_unpriced)
        {
            if (_unpriced.Count >= MostUnpriced || !_unpriced.Add(name))
            {
                return;
            }
        }

        LogUnpriced(_logger, name);
    }

    [LoggerMessage(EventName = "llm.unpriced", Level = LogLevel.Warning,
        Message = "the price of {model} is not known: it counts 0 USD, so no budget in USD stops it; give its price under prices, or limit tokens")]
    private static partial void LogUnpriced(ILogger logger, string model);
}
