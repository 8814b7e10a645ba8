using ApeTest.LlmProxy;
using ApeTest.LlmProxy.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Docs;

/// <summary>In place of Cerebras, OpenAI and Ollama: a server of their wire format on this machine, in which the built-in planner answers to the models' names.</summary>
internal sealed class DocModel : IAsyncDisposable
{
    /// <summary>Models that pages name.</summary>
    private static readonly string[] Names = ["gpt-oss-120b", "gpt-4o-mini", "qwen3", "llama3.2"];

    // A model takes its time: one that answers at once would spend a run's default budget on a fast machine.
    private static readonly TimeSpan Thought = TimeSpan.FromMilliseconds(20);

    private readonly WebApplication _app;

    private DocModel(WebApplication app) => _app = app;

    /// <summary>Where it listens, without a path.</summary>
    public Uri Url => new(_app.Urls.First());

    /// <summary>Starts it.</summary>
    public static async Task<DocModel> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var options = new LlmProxyOptions { Environment = static _ => null };
        foreach (var name in Names)
        {
            options.Aliases[name] = ["builtin/planner"];
        }
        builder.AddLlmProxy(options);
        var app = builder.Build();
        app.Use(static async (context, next) =>
        {
            await Task.Delay(Thought, TimeProvider.System, context.RequestAborted);
            await next();
        });
        app.MapLlmProxy();
        // Ollama's own list.
        app.MapGet("/api/tags", static () => Results.Json(new { models = Names.Select(static name => new { name = $"{name}:latest", model = $"{name}:latest" }) }));
        await app.StartAsync(cancellationToken);
        return new DocModel(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
