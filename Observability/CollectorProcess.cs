using ApeTest.Observability.Collecting;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Observability;

/// <summary>The collector as a process of its own, on <c>http://127.0.0.1:5300</c> unless <c>--urls</c> says otherwise; its runs are those of the database in APETEST_QUEUE.</summary>
internal static class CollectorProcess
{
    /// <summary>Runs until it is told to end. Exit code: 0 done, 2 its settings, 3 its database or its address.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateSlimBuilder(args);
            if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            {
                builder.WebHost.UseUrls(ServiceUrls.Loopback(DefaultPorts.Collector));
            }
            var connection = QueueConnection.OfService(Environment.GetEnvironmentVariable(EnvironmentNames.Queue), "collector");
            builder.AddServiceDefaults(new ServiceOptions { Service = "collector", ConsoleLogs = true });
            PostgresRunQueue? queue = null;
            builder.Services.AddSingleton(_ => queue!);
            builder.Services.AddSingleton<IRunQueue>(_ => queue!);
            builder.AddCollector(Options(Environment.GetEnvironmentVariable));
            builder.Services.AddHostedService<QueueWatch>();
            var app = builder.Build();
            queue = await PostgresRunQueue.OpenAsync(connection, app.Services.GetRequiredService<ServiceToken>().Value,
                app.Services.GetRequiredService<TimeProvider>(), app.Services.GetRequiredService<ILogger<PostgresRunQueue>>(), CancellationToken.None);
            app.MapServiceDefaults();
            app.MapCollector();
            return await app.RunServiceAsync("collector");
        }
        catch (Exception error) when (error is ApeTestException or ServiceStartException)
        {
            await Console.Error.WriteLineAsync($"collector: {error.Message} {(error as ApeTestException)?.Hint}".TrimEnd());
            return (error as ApeTestException)?.ExitCode ?? ExitCodes.Input;
        }
    }

    private static CollectorOptions Options(Func<string, string?> variable) => new()
    {
        RunsRoot = variable(EnvironmentNames.CollectorRuns) is { Length: > 0 } root ? Path.GetFullPath(root) : RunDirectory.RunsRoot(Environment.CurrentDirectory),
        Mode = "distributed",
        Feed = PackageFeed.Name,
        GatewayUrl = Url(variable, EnvironmentNames.GatewayUrl),
        LlmProxyUrl = Url(variable, EnvironmentNames.LlmProxyUrl),
    };

    private static Uri? Url(Func<string, string?> variable, string name) => variable(name) is not { Length: > 0 } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw new ApeTestException($"{name}='{text}' is not an http URL.", "Set it to one such as http://127.0.0.1:5100, or unset it.", ExitCodes.Input);
}
