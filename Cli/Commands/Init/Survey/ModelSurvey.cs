using System.Text.Json;
using ApeTest.Cli.Embedded;
using ApeTest.LlmProxy;
using ApeTest.LlmProxy.Options;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>Which models can be used here: a local Ollama's, and those of the providers whose keys are in the environment. Asks the LLM proxy, which asks them.</summary>
internal sealed class ModelSurvey(CliEnvironment environment)
{
    private const int MostOfOne = 12;

    // The proxy gives its providers 3 s.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6);

    private static readonly (string Variable, string Provider)[] Keys = [(EnvironmentNames.CerebrasApiKey, "cerebras"), (EnvironmentNames.OpenAiApiKey, "openai")];

    /// <summary>The models, the built-in planner first. Nothing throws but cancellation: a provider that does not answer has none.</summary>
    public async Task<IReadOnlyList<FoundModel>> FindAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return [FoundModel.Planner, .. (await ListAsync(either.Token)).Select(Told)];
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return [FoundModel.Planner];
        }
    }

    private async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var options = new LlmProxyOptions { Environment = name => environment.Variables.GetValueOrDefault(name) };
        await using var proxy = await EmbeddedService.StartAsync(new ServiceOptions { Service = "llm-proxy" }, ServiceUrls.FreeLoopback, environment.Time,
            builder => builder.AddLlmProxy(options), app => app.MapLlmProxy(), cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = proxy.Url, Timeout = Timeout.InfiniteTimeSpan };
        using var answer = JsonDocument.Parse(await http.GetStringAsync("/v1/models", cancellationToken));
        return [.. answer.RootElement.GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()!)
            .Where(static id => !id.StartsWith("builtin/", StringComparison.Ordinal) && id.Contains('/', StringComparison.Ordinal))
            .GroupBy(static id => id.Split('/')[0], StringComparer.Ordinal).SelectMany(static provider => provider.Take(MostOfOne))];
    }

    private static FoundModel Told(string id) => Array.Find(Keys, key => id.StartsWith($"{key.Provider}/", StringComparison.Ordinal)) is { Variable: { } variable }
        ? new FoundModel(id, $"by the key in {variable}; may cost money")
        : new FoundModel(id, "on this machine or network; no cost");
}
