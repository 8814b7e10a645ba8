using System.Net.Http.Json;
using ApeTest.AppHost.Files;
using ApeTest.ServiceDefaults.Hosting;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.AppHost.Composition;

/// <summary>A model on this machine.</summary>
internal static class OllamaExtensions
{
    private const int Port = 11434;
    private const string Prefix = "ollama/";
    private const string PullClient = "apetest-ollama-pull";

    /// <summary>Adds Ollama in a container, as where the proxy finds <c>ollama/MODEL</c>. Its models are in a volume, so that each is pulled once.</summary>
    public static void UseOllama(this IResourceBuilder<ProjectResource> llmProxy, IDistributedApplicationBuilder builder, StackParameters parameters)
    {
        // The answer comes when all is there: gigabytes.
        builder.Services.AddHttpClient(PullClient, static client => client.Timeout = Timeout.InfiniteTimeSpan);
        var ollama = builder.AddContainer("ollama", StackImage.Ollama.Name, StackImage.Ollama.Tag)
            .WithHttpEndpoint(targetPort: Port, name: ServiceFactory.Http)
            .WithHttpHealthCheck("/api/version", endpointName: ServiceFactory.Http)
            .WithEnvironment("OLLAMA_MODELS", "/models")
            .WithVolume("apetest-ollama", "/models")
            .WithHttpCommand("/api/pull", "Pull the model", endpointName: ServiceFactory.Http, commandName: "pull-model", commandOptions: new HttpCommandOptions
            {
                Description = "Downloads the model that the parameter model names (ollama/MODEL).",
                IconName = "ArrowDownload",
                HttpClientName = PullClient,
                PrepareRequest = context => AskAsync(context, parameters.Model.Resource),
            });
        llmProxy.WithEnvironment(EnvironmentNames.OllamaHost, ollama.GetEndpoint(ServiceFactory.Http)).WaitFor(ollama);
    }

    // https://github.com/ollama/ollama/blob/main/docs/api.md#pull-a-model
    private static async Task AskAsync(HttpCommandRequestContext context, ParameterResource model)
    {
        var named = await model.GetValueAsync(context.CancellationToken) ?? "";
        if (!named.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw new DistributedApplicationException($"The parameter model is '{named}', which is no model of Ollama. Set it to ollama/MODEL, such as ollama/llama3.2.");
        }
        context.Request.Content = JsonContent.Create(new { model = named[Prefix.Length..], stream = false });
    }
}
