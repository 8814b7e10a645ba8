using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using ApeTest.LlmProxy.Options;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ApeTest.Cli.Embedded;

/// <summary>One service as a small web application of its own on loopback, in this process.</summary>
internal sealed class EmbeddedService : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly WebApplication _app;
    private readonly TimeProvider _time;

    private EmbeddedService(WebApplication app, TimeProvider time)
    {
        (_app, _time) = (app, time);
        Url = app.BoundUrl();
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Its services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Builds and starts a service.</summary>
    /// <param name="options">What every service has.</param>
    /// <param name="url">Address; port 0 takes a free one.</param>
    /// <param name="time">Clock.</param>
    /// <param name="add">Adds the service.</param>
    /// <param name="map">Maps the service.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<EmbeddedService> StartAsync(ServiceOptions options, string url, TimeProvider time,
        Action<WebApplicationBuilder> add, Action<WebApplication> map, CancellationToken cancellationToken)
    {
        // Off the caller's thread: building is computation, and the services are built side by side.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(EmbeddedService).Assembly.GetName().Name,
            // Whatever ASPNETCORE_ENVIRONMENT and the current directory hold, the run is the same.
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        // In the process of somebody's tests their application's appsettings.json lies beside us; it is not about our services.
        foreach (var file in builder.Configuration.Sources.OfType<JsonConfigurationSource>().ToList())
        {
            builder.Configuration.Sources.Remove(file);
        }
        builder.WebHost.UseUrls(url);
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.AddSingleton(time);
        WebApplication? app = null;
        try
        {
            builder.AddServiceDefaults(options);
            add(builder);
            app = builder.Build();
            app.MapServiceDefaults();
            map(app);
            await app.StartAsync(cancellationToken);
            return new EmbeddedService(app, time);
        }
        catch (Exception exception)
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }
            ExceptionDispatchInfo.Throw(exception switch
            {
                LlmProxyConfigException wrong => new ApeTestException(wrong.Message, null, ExitCodes.Input, wrong),
                ServiceStartException refused => new ApeTestException(refused.Message, null, ExitCodes.Input, refused),
                // A library that could not be loaded is no port that is taken.
                IOException and not (FileNotFoundException or FileLoadException) or SocketException => new ApeTestException($"the {options.Service} cannot listen on {url}: {exception.GetBaseException().Message}",
                    "Free the port, or choose another with --port.", ExitCodes.Environment, exception),
                _ => exception,
            });
            throw;
        }
    }

    /// <summary>Stops within a bound: what does not end by itself is cut.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit, _time);
        try
        {
            await _app.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The bound.
        }
        await _app.DisposeAsync();
    }
}
