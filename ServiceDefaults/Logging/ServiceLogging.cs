using ApeTest.ServiceDefaults.Hosting;
using ApeTest.ServiceDefaults.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>Routes <c>ILogger</c> to JSON lines. The logger belongs to the host's container and is flushed and closed with it.</summary>
internal static class ServiceLogging
{
    private const long FileBytes = 64L * 1024 * 1024;
    private const int FilesKept = 5;

    /// <param name="builder">The service's builder.</param>
    /// <param name="options">What to log where.</param>
    /// <param name="ship">Adds the log shipper of this build to the Serilog pipeline.</param>
    public static void AddServiceLogging(this WebApplicationBuilder builder, ServiceOptions options, Action<LoggerConfiguration, RecordsDropped> ship)
    {
        if (options.LogDirectory is { } directory)
        {
            CreateDirectory(directory);
        }

        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        // Trace and span ids come from Activity.Current; as scopes they would be copied for each line once more.
        builder.Logging.Configure(logging => logging.ActivityTrackingOptions = ActivityTrackingOptions.None);
        builder.Services.AddSingleton<ILoggerProvider>(services => CreateProvider(options, services.GetRequiredService<RecordsDropped>(), ship));
    }

    internal static SerilogLoggerProvider CreateProvider(ServiceOptions options, RecordsDropped dropped, Action<LoggerConfiguration, RecordsDropped> ship)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .Enrich.With(new IdentityEnricher(options.Run))
            .WriteTo.Sink(new BoundedLogSink(CreateTarget(options, dropped, ship), dropped))
            .CreateLogger();
        return new SerilogLoggerProvider(logger, dispose: true);
    }

    private static Logger CreateTarget(ServiceOptions options, RecordsDropped dropped, Action<LoggerConfiguration, RecordsDropped> ship)
    {
        var formatter = new JsonLineFormatter(options.Service);
        var target = new LoggerConfiguration().MinimumLevel.Verbose();
        if (options.LogDirectory is { } directory)
        {
            target.WriteTo.File(
                formatter,
                Path.Combine(directory, (options.LogName ?? options.Service) + ".jsonl"),
                fileSizeLimitBytes: FileBytes,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: FilesKept,
                buffered: false,
                shared: false,
                hooks: new DeletedLines(dropped));
        }

        if (options.ConsoleLogs)
        {
            target.WriteTo.Console(formatter);
        }

        if (options.StandardErrorLogs)
        {
            target.WriteTo.Console(formatter, standardErrorFromLevel: LogEventLevel.Verbose);
        }

        if (CollectorShip.Of(options, dropped) is { } collector)
        {
            target.WriteTo.Sink(collector);
        }

        ship(target, dropped);
        return target.CreateLogger();
    }

    private static void CreateDirectory(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceStartException($"The log directory '{directory}' cannot be created: {e.Message} Choose one that is writable.");
        }
    }
}
