using System.Collections.Concurrent;
using ApeTest.ServiceDefaults;
using ApeTest.Targets.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Gateway.Tests;

/// <summary>A real gateway or target: Kestrel on a free loopback port.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestService(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.First());
    }

    public Uri Url { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestService> TargetAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
        // Header bytes as they are on the wire.
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.RequestHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1);
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(handler);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestService(app);
    }

    /// <summary>The gateway with one target named <c>shop</c>.</summary>
    public static Task<TestService> GatewayAsync(
        Uri target, Action<TargetOptions>? change = null, LimitOptions? limits = null, LogLines? log = null, TimeProvider? time = null, string? token = null)
    {
        var options = new TargetOptions { Name = "shop", Url = target.AbsoluteUri };
        change?.Invoke(options);
        return GatewayAsync(new GatewayOptions { File = new GatewayFile { Targets = [options], Limits = limits ?? new LimitOptions() } }, log, time, token);
    }

    /// <summary>The gateway as its Program composes it.</summary>
    public static async Task<TestService> GatewayAsync(
        GatewayOptions options, LogLines? log = null, TimeProvider? time = null, string? token = null, Action<WebApplicationBuilder>? change = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }
        builder.AddServiceDefaults(new ServiceOptions { Service = "gateway", Token = token });
        builder.AddGateway(options);
        change?.Invoke(builder);
        if (log is not null)
        {
            builder.Services.AddSingleton<ILoggerProvider>(log);
        }
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGateway();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestService(app);
    }

    public async ValueTask DisposeAsync()
    {
        // A handler that hangs on purpose must not hold up the end of its test.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

/// <summary>Keeps the gateway's access-log lines.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly SemaphoreSlim _written = new(0);

    public ConcurrentQueue<(EventId Event, LogLevel Level, IReadOnlyDictionary<string, object?> Fields)> Lines { get; } = new();

    /// <summary>Event names of warnings and errors of anybody.</summary>
    public ConcurrentQueue<string?> Complaints { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
        {
            Complaints.Enqueue(eventId.Name);
        }
        if (eventId.Name == "gateway.request" && state is IEnumerable<KeyValuePair<string, object?>> fields)
        {
            Lines.Enqueue((eventId, logLevel, fields.ToDictionary(static field => field.Key, static field => field.Value)));
            _written.Release();
        }
    }

    /// <summary>The next line; it is written after the response has gone.</summary>
    public async Task<IReadOnlyDictionary<string, object?>> NextAsync()
    {
        Assert.True(await _written.WaitAsync(ApeTest.Tests.Shared.TestTimeouts.Default, TestContext.Current.CancellationToken));
        Assert.True(Lines.TryDequeue(out var line));
        return line.Fields;
    }

    public void Dispose()
    {
    }
}
