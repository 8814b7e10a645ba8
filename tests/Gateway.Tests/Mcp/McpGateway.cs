using ApeTest.Gateway.Mcp;
using ApeTest.Gateway.Mcp.Sessions;
using ApeTest.ServiceDefaults;
using ApeTest.Targets.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>A real gateway with the targets of a test.</summary>
internal sealed class McpGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private McpGateway(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.First());
    }

    public Uri Url { get; }

    public IServiceProvider Services => _app.Services;

    public GatewayTargets Targets => _app.Services.GetRequiredService<GatewayTargets>();

    public ToolSubscriptions Subscriptions => _app.Services.GetRequiredService<ToolSubscriptions>();

    public static Task<McpGateway> StartAsync(NotesApi target, McpGatewayOptions? options = null) => StartAsync([Target("notes", target)], options);

    public static async Task<McpGateway> StartAsync(TargetOptions[] targets, McpGatewayOptions? options = null)
    {
        options ??= new McpGatewayOptions();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options.Limits);
        builder.AddServiceDefaults(new ServiceOptions { Service = "gateway", Token = options.Token });
        builder.AddGateway(new GatewayOptions { File = File(targets) });
        if (options.Log is not null)
        {
            builder.Services.AddSingleton<ILoggerProvider>(options.Log);
        }
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGateway();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new McpGateway(app);
    }

    public static GatewayFile File(params TargetOptions[] targets) => new() { Targets = [.. targets] };

    public static TargetOptions Target(string name, NotesApi api, string? document = "/openapi.json") => new() { Name = name, Url = api.Url.AbsoluteUri, OpenApi = document };

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        // A handler that hangs on purpose must not hold up the end of its test.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

/// <summary>What a test wants otherwise.</summary>
internal sealed record McpGatewayOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public McpLimits Limits { get; init; } = new();

    public LogLines? Log { get; init; }

    public string? Token { get; init; }
}
