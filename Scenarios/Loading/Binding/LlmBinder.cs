using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Reads <c>llm</c>. A model that may cost something gets a budget where the scenario sets none.</summary>
internal static class LlmBinder
{
    public static LlmSpec Bind(ObjectReader parent)
    {
        var reader = parent.Object("llm", "{ model: builtin/planner }");
        var defaults = new LlmSpec();
        var model = reader.Value("model", defaults.Model, NetworkRules.Model);
        var baseUrl = reader.OptionalReference("baseUrl", NetworkRules.Url("http://127.0.0.1:8000/v1"));
        var llm = new LlmSpec
        {
            Model = model,
            BaseUrl = baseUrl,
            MaxCostUsd = MaxCost(reader, LlmSpec.MayCost(model, baseUrl)),
            MaxTokens = reader.Optional("maxTokens", Rules.Integer("1000000")),
            MaxCompletionTokens = (int)reader.Value("maxCompletionTokens", defaults.MaxCompletionTokens, Rules.Integer("1024", 1, 1_000_000)),
            Temperature = reader.Value("temperature", defaults.Temperature, Rules.Number("0", 0, 2)),
            Timeout = reader.Value("timeout", defaults.Timeout, Rules.Duration("60s")),
        };
        reader.Finish();
        return llm;
    }

    private static decimal? MaxCost(ObjectReader reader, bool paid)
    {
        var rule = Rules.Number("2", 0, 1_000_000, above: true);
        return paid ? (decimal)reader.Value("maxCostUsd", (double)LlmSpec.DefaultMaxCostUsd, rule) : (decimal?)reader.Optional("maxCostUsd", rule);
    }
}
