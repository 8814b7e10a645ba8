using System.Globalization;
using ApeTest.Cli.Rendering;
using ApeTest.LlmProxy.Models;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Readiness;

/// <summary>
/// What a run with a paid model may cost and ask of its provider, before a token is spent. An estimate by assumptions that it states; what
/// protects is the budget, <c>llm.maxCostUsd</c> and <c>llm.maxTokens</c>.
/// </summary>
internal sealed class CostEstimate
{
    // Assumed where nothing is known before the first session. Five actions and `finish` buy coffee in the sample shop; a model takes detours.
    private const int StepsPerSession = 8;
    private static readonly TimeSpan TimePerStep = TimeSpan.FromSeconds(1.6);

    // Measured on the sample shop (7,092 calls): 2,588 prompt tokens a call, of which 1,400 are its tools at 4 characters each. The rest:
    // rules and state, and half of the observations that the steps of a session gather.
    private const int TokensOfRules = 600;
    private const int TokensPerObservation = 150;
    private const int CharactersPerToken = 4;
    private const int CompletionTokens = 80;

    private readonly Scenario _scenario;
    private readonly ModelTerms _terms;

    private CostEstimate(Scenario scenario, ToolCatalog catalog, ModelTerms terms)
    {
        (_scenario, _terms) = (scenario, terms);
        Steps = Math.Min(StepsPerSession, scenario.Session.MaxSteps);
        var tools = catalog.ActionSpecs.Sum(tool => tool.Description.Length + tool.InputSchema.GetRawText().Length + tool.Name.Length);
        PromptTokens = TokensOfRules + (tools / CharactersPerToken) + (TokensPerObservation * Steps);
        var think = scenario.Personas.IsEmpty ? TimeSpan.Zero : scenario.Personas.Max(persona => persona.Think.Mean);
        var step = TimePerStep + think;
        var sessionsPerSecond = scenario.Agents / (step * Steps).TotalSeconds;
        if (scenario.Load.Rate is { } rate)
        {
            sessionsPerSecond = Math.Min(sessionsPerSecond, rate.PerSecond);
        }
        // Closed model: every agent starts one session at least, however short the run.
        var least = scenario.Load.Rate is null ? scenario.Agents : 1;
        var byTime = scenario.Duration is { } duration ? Math.Max(least, sessionsPerSecond * duration.TotalSeconds) : double.MaxValue;
        Sessions = (long)Math.Ceiling(Math.Min(byTime, scenario.Iterations ?? int.MaxValue));
        RequestsPerMinute = (long)Math.Ceiling(sessionsPerSecond * Steps * 60);
    }

    private int Steps { get; }

    private long PromptTokens { get; }

    private long Sessions { get; }

    private long RequestsPerMinute { get; }

    private long TokensPerMinute => RequestsPerMinute * (PromptTokens + CompletionTokens);

    /// <summary>The estimate in a few lines; null for a model that costs nothing.</summary>
    public static string? Of(Scenario scenario, ToolCatalog catalog, ModelTerms terms) =>
        terms.Free ? null : new CostEstimate(scenario, catalog, terms).Text();

    private string Text() => string.Join('\n', new[]
    {
        $"{_scenario.Llm.Model} may cost money; an estimate, by {Steps} steps a session and {Show.Duration(TimePerStep)} a step:",
        $"  session  {Steps} calls of about {Show.Count(PromptTokens)} + {CompletionTokens} tokens{Price(1)}",
        $"  run      about {Show.Count(Sessions)} {(Sessions == 1 ? "session" : "sessions")}{Price(Sessions)}",
        $"  budget   {Budget()}",
        $"  rate     about {Show.Count(RequestsPerMinute)} requests and {Short(TokensPerMinute)} tokens a minute; {Limit()}",
    });

    private string Price(long sessions) => _terms is { PromptUsd: { } prompt, CompletionUsd: { } completion }
        ? $": {Show.Dollars(sessions * Steps * ((prompt * PromptTokens) + (completion * CompletionTokens)) / 1_000_000m)}"
        : string.Empty;

    private string Budget()
    {
        var tokens = _scenario.Llm.MaxTokens is { } most ? $"{Show.Count(most)} tokens (llm.maxTokens)" : null;
        if (_terms.PromptUsd is null)
        {
            return tokens is null
                ? "none: the price is not known, so that maxCostUsd cannot protect; set llm.maxTokens"
                : $"{tokens}; the price is not known, so that maxCostUsd cannot protect";
        }
        var dollars = _scenario.Llm.MaxCostUsd is { } cost ? $"{Show.Dollars(cost)} (llm.maxCostUsd)" : null;
        return string.Join(" or ", new[] { dollars, tokens }.Where(text => text is not null)) is { Length: > 0 } text
            ? $"the run ends at {text}"
            : "none: set llm.maxCostUsd or llm.maxTokens";
    }

    private string Limit()
    {
        if (_terms.RequestsPerMinute is null && _terms.TokensPerMinute is null)
        {
            return "the provider does not say its limit";
        }
        var limits = new[]
        {
            _terms.RequestsPerMinute is { } requests ? $"{Show.Count(requests)} requests" : null,
            _terms.TokensPerMinute is { } tokens ? $"{Short(tokens)} tokens" : null,
        };
        var above = RequestsPerMinute > _terms.RequestsPerMinute || TokensPerMinute > _terms.TokensPerMinute;
        return $"the provider allows {string.Join(" and ", limits.Where(limit => limit is not null))}"
            + (above ? ": it will refuse some; use fewer agents or --think" : string.Empty);
    }

    private static string Short(long tokens) => tokens < 1_000_000
        ? Show.Count(tokens)
        : (tokens / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " M";
}
