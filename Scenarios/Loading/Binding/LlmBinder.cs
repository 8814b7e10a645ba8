using System.Collections.Immutable;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Reads <c>llm</c>. A model that may cost something gets a budget where the scenario sets none.</summary>
internal static class LlmBinder
{
    private const string CassetteExample = "{ file: models.jsonl, mode: replay }";

    private static readonly IReadOnlyList<(string, CassetteUse)> Uses =
        [("auto", CassetteUse.Auto), ("record", CassetteUse.Record), ("replay", CassetteUse.Replay)];

    public static LlmSpec Bind(ObjectReader parent)
    {
        var reader = parent.Object("llm", "{ model: builtin/planner }");
        var defaults = new LlmSpec();
        var model = reader.Value("model", defaults.Model, NetworkRules.Model);
        var fallback = Fallback(reader, model);
        var baseUrl = reader.OptionalReference("baseUrl", NetworkRules.Url("http://127.0.0.1:8000/v1"));
        var cassette = Cassette(reader);
        var planner = Planner(reader);
        var llm = new LlmSpec
        {
            Model = model,
            Fallback = fallback,
            BaseUrl = baseUrl,
            MaxCostUsd = MaxCost(reader, LlmSpec.MayCost(model, baseUrl) || fallback.Any(other => LlmSpec.MayCost(other, LlmSpec.BaseUrlOf(other, model, baseUrl)))),
            MaxTokens = reader.Optional("maxTokens", Rules.Integer("1000000")),
            MaxRequests = reader.Optional("maxRequests", Rules.Integer("10000")),
            Cassette = cassette,
            Planner = planner,
            MaxCompletionTokens = (int)reader.Value("maxCompletionTokens", defaults.MaxCompletionTokens, Rules.Integer("1024", 1, 1_000_000)),
            Temperature = reader.Value("temperature", defaults.Temperature, Rules.Number("0", 0, 2)),
            Timeout = reader.Value("timeout", defaults.Timeout, Rules.Duration("60s")),
        };
        reader.Finish();
        return llm;
    }

    private static ImmutableArray<string> Fallback(ObjectReader reader, string model)
    {
        var fallback = reader.Texts("fallback", NetworkRules.Model, "[ ollama/llama3.2 ]");
        var twice = fallback.Prepend(model).GroupBy(static each => each, StringComparer.Ordinal).FirstOrDefault(static same => same.Count() > 1);
        if (twice is not null)
        {
            reader.Error(reader.Take("fallback"), "fallback", $"names {Quote.Text(twice.Key)} a second time", "Name each model once: what failed is not asked again.");
        }
        return fallback;
    }

    private static CassetteSpec? Cassette(ObjectReader parent)
    {
        if (parent.Take("cassette") is null)
        {
            return null;
        }
        var reader = parent.Object("cassette", CassetteExample);
        // What is not a mapping was told already.
        var file = reader.Node is null ? null : reader.Required("file", Rules.Text("models.jsonl", 1024), "is missing", $"Write for example `cassette: {CassetteExample}`.");
        var cassette = new CassetteSpec
        {
            File = file is null ? "" : Path.GetFullPath(file, reader.Context.BaseDirectory),
            Mode = reader.Value("mode", CassetteUse.Auto, Rules.Choice(Uses)),
            Speed = reader.Value("speed", 1, Rules.Number("1", 0, 1_000_000)),
        };
        _ = reader.Take("file");
        reader.Finish();
        return cassette;
    }

    private static PlannerSpec? Planner(ObjectReader parent)
    {
        if (parent.Take("planner") is null)
        {
            return null;
        }
        var reader = parent.Object("planner", "{ ttft: 50ms }");
        var planner = new PlannerSpec
        {
            Ttft = reader.Value("ttft", TimeSpan.Zero, Rules.Duration("50ms", zero: true)),
            TokensPerSecond = reader.Value("tokensPerSecond", 0, Rules.Number("200", 0, 1_000_000)),
        };
        reader.Finish();
        return planner;
    }

    private static decimal? MaxCost(ObjectReader reader, bool paid)
    {
        var rule = Rules.Number("2", 0, 1_000_000, above: true);
        return paid ? (decimal)reader.Value("maxCostUsd", (double)LlmSpec.DefaultMaxCostUsd, rule) : (decimal?)reader.Optional("maxCostUsd", rule);
    }
}
