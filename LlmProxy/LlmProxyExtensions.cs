using ApeTest.LlmProxy.Budgets;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Models;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ApeTest.LlmProxy;

/// <summary>Composition of the LLM proxy: the same two calls embedded, alone and in containers.</summary>
public static class LlmProxyExtensions
{
    /// <summary>Adds the proxy. Throws <see cref="LlmProxyConfigException"/> with every error of <paramref name="options"/>.</summary>
    public static WebApplicationBuilder AddLlmProxy(this WebApplicationBuilder builder, LlmProxyOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        LlmProxyOptionsValidator.Validate(options);
        // ChatHandler limits the body itself, so that the refusal has OpenAI's shape.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var services = builder.Services;
        services.AddMetrics();
        // LlmMetrics tells the same and more.
        services.Configure<UnaskedMeters>(static meters => meters.Names.Add("Microsoft.AspNetCore.Hosting"));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<LlmMetrics>();
        services.AddSingleton<PriceTable>();
        services.AddSingleton<ProxyKeyRing>();
        services.AddSingleton<ProviderRegistry>();
        services.AddSingleton<ModelRoute>();
        services.AddSingleton<Admission>();
        services.AddSingleton<RetryPause>();
        services.AddSingleton<UpstreamCall>();
        services.AddSingleton<StreamRelay>();
        services.AddSingleton<JsonRelay>();
        services.AddSingleton<ProviderAttempt>();
        services.AddSingleton<CallReport>();
        services.AddSingleton<ChatHandler>();
        services.AddSingleton<ModelsHandler>();
        services.AddSingleton<ICassetteReport>(provider => provider.GetRequiredService<ProviderRegistry>());
        services.AddSingleton<ILlmReadiness, LlmReadiness>();
        return builder;
    }

    /// <summary>
    /// Maps <c>POST /v1/chat/completions</c>, <c>POST /v1/embeddings</c>, <c>GET /v1/models</c>, <c>GET /v1/models/{id}</c> and <c>GET /v1/readiness?model=provider/model</c>;
    /// anything else under <c>/v1</c> is a 404 in OpenAI's shape.
    /// </summary>
    public static WebApplication MapLlmProxy(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var chat = app.Services.GetRequiredService<ChatHandler>();
        var models = app.Services.GetRequiredService<ModelsHandler>();
        var v1 = app.MapGroup("");
        // The proxy key is asked for instead of the service token; without keys that token is one, for clients that know no other header.
        v1.WithMetadata(app.Services.GetRequiredService<LlmProxyOptions>().Keys.Count > 0 ? TokenExempt.Instance : BearerToken.Instance);

        v1.MapPost("/v1/chat/completions", (RequestDelegate)chat.ChatAsync);
        v1.MapPost("/v1/embeddings", (RequestDelegate)chat.EmbedAsync);
        v1.MapGet("/v1/models", (RequestDelegate)models.ListAsync);
        v1.MapGet("/v1/models/{**id}", (RequestDelegate)models.GetAsync);
        v1.MapGet("/v1/readiness", (RequestDelegate)models.ReadinessAsync);
        v1.Map("/v1/{**rest}", (RequestDelegate)(context => OpenAiError
            .NotFound("unknown_url", $"{context.Request.Method} {context.Request.Path} is not served here; served are POST /v1/chat/completions, POST /v1/embeddings, GET /v1/models, GET /v1/models/ID and GET /v1/readiness")
            .WriteAsync(context)));
        return app;
    }
}
