using System.Text.Json;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Models;

/// <summary><c>GET /v1/models</c> over all usable providers, and <c>GET /v1/readiness?model=</c>.</summary>
internal sealed class ModelsHandler(ProxyKeyRing keys, ProviderRegistry providers, ILlmReadiness readiness, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Models as <c>provider/model</c>. A provider without its key, or that does not answer within 5 s, is left out.</summary>
    public async Task ListAsync(HttpContext context)
    {
        if (keys.Find(context.Request) is null)
        {
            await ProxyKeyError.WriteAsync(context);
            return;
        }

        using var timeout = new CancellationTokenSource(Limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        var lists = await Task.WhenAll(providers.All.Where(provider => provider.MissingKey is null)
            .Select(provider => ListAsync(provider, both.Token)));
        await WriteAsync(context, json =>
        {
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var (provider, models) in lists)
            {
                foreach (var model in models)
                {
                    json.WriteStartObject();
                    json.WriteString("id", $"{provider}/{model}");
                    json.WriteString("object", "model");
                    json.WriteNumber("created", 0);
                    json.WriteString("owned_by", provider);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        });
    }

    /// <summary><c>{"status","message","hint","provider","nearest"}</c>; the status in snake case, always 200.</summary>
    public async Task ReadinessAsync(HttpContext context)
    {
        if (keys.Find(context.Request) is null)
        {
            await ProxyKeyError.WriteAsync(context);
            return;
        }

        var result = await readiness.CheckAsync(context.Request.Query["model"].ToString(), context.RequestAborted);
        await WriteAsync(context, json =>
        {
            json.WriteString("status", JsonNamingPolicy.SnakeCaseLower.ConvertName(result.Status.ToString()));
            json.WriteString("message", result.Message);
            json.WriteString("hint", result.Hint);
            json.WriteString("provider", result.Provider);
            json.WriteStartArray("nearest");
            foreach (var name in result.Nearest)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        });
    }

    private static async Task<(string Provider, IReadOnlyList<string> Models)> ListAsync(ILlmProvider provider, CancellationToken cancellationToken)
    {
        try
        {
            return (provider.Name, (await provider.ListModelsAsync(cancellationToken)).Ids);
        }
        catch (Exception error) when (error is ProviderException or OperationCanceledException)
        {
            return (provider.Name, []);
        }
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await context.Response.Body.WriteAsync(stream.ToArray(), context.RequestAborted);
    }
}
