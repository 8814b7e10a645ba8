using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Models;

/// <summary><c>GET /v1/models</c> over all providers, <c>GET /v1/models/{id}</c>, and <c>GET /v1/readiness?model=</c>.</summary>
internal sealed class ModelsHandler(ProxyKeyRing keys, ProviderRegistry providers, LlmProxyOptions options, ILlmReadiness readiness, TimeProvider clock)
{
    // Owner of aliases, which belong to no provider.
    private const string AliasOwner = "apetest";

    private readonly ModelCatalog _catalog = new(providers, clock);

    /// <summary>
    /// Aliases, then models as <c>provider/model</c>. Beside OpenAI's fields: <c>models</c> of an alias (what it stands for), and <c>unavailable</c>
    /// (<c>{"provider","code","message"}</c>: providers without their key, or that do not answer).
    /// </summary>
    public async Task ListAsync(HttpContext context)
    {
        if (keys.Find(context.Request) is null)
        {
            await ProxyKeyError.WriteAsync(context);
            return;
        }

        var lists = await _catalog.ListAsync(context.RequestAborted);
        await WriteAsync(context, json =>
        {
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var (alias, chain) in options.Aliases.OrderBy(alias => alias.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                WriteModel(json, alias, AliasOwner, chain);
                json.WriteEndObject();
            }

            foreach (var list in lists)
            {
                foreach (var model in list.Ids)
                {
                    json.WriteStartObject();
                    WriteModel(json, $"{list.Provider}/{model}", list.Provider, chain: null);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
            json.WriteStartArray("unavailable");
            foreach (var list in lists)
            {
                if (list.Failure is { } failure)
                {
                    json.WriteStartObject();
                    json.WriteString("provider", list.Provider);
                    json.WriteString("code", failure.ErrorType);
                    json.WriteString("message", failure.Message);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        });
    }

    /// <summary>One model or alias, its slash encoded or not. Without such a model 404 with the nearest name; 401 and 502 as a call of it would have.</summary>
    public async Task GetAsync(HttpContext context)
    {
        if (keys.Find(context.Request) is null)
        {
            await ProxyKeyError.WriteAsync(context);
            return;
        }

        // Official clients encode the slash, which the server leaves so in a path.
        var id = (context.Request.RouteValues["id"] as string ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var result = await readiness.CheckAsync(id, context.RequestAborted);
        if (Error(result) is { } error)
        {
            await error.WriteAsync(context);
            return;
        }

        var chain = options.Aliases.TryGetValue(id, out var models) ? models : null;
        await WriteAsync(context, json => WriteModel(json, id, chain is null ? result.Provider : AliasOwner, chain));
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
            WriteTexts(json, "nearest", result.Nearest);
        });
    }

    private static OpenAiError? Error(LlmReadinessResult result)
    {
        var message = result.Hint is null ? result.Message : $"{result.Message}; {result.Hint}";
        return result.Status switch
        {
            LlmReadinessStatus.Ok => null,
            LlmReadinessStatus.UnknownProvider => OpenAiError.NotFound("model_not_found", message, "model"),
            LlmReadinessStatus.UnknownModel => OpenAiError.NotFound("model_not_found",
                result.Nearest.Count == 0 ? message : $"{message}; the nearest is \"{result.Nearest[0]}\"", "model"),
            LlmReadinessStatus.MissingKey => new OpenAiError(StatusCodes.Status401Unauthorized, "authentication_error", "missing_provider_key", message),
            LlmReadinessStatus.InvalidKey => new OpenAiError(StatusCodes.Status401Unauthorized, "authentication_error", "invalid_provider_key", message),
            _ => OpenAiError.Upstream(StatusCodes.Status502BadGateway, "provider_unreachable", message),
        };
    }

    private static void WriteModel(Utf8JsonWriter json, string id, string owner, IReadOnlyList<string>? chain)
    {
        json.WriteString("id", id);
        json.WriteString("object", "model");
        json.WriteNumber("created", 0);
        json.WriteString("owned_by", owner);
        if (chain is not null)
        {
            WriteTexts(json, "models", chain);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
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
