using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Summaries;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Live;

/// <summary>A run that is going on in this process and never gets further: its control API tells the same figures for ever.</summary>
internal sealed class FixedRun : IAsyncDisposable
{
    private const string Id = "20261121-131502-7f3a";
    private readonly WebApplication _app;

    private FixedRun(WebApplication app) => _app = app;

    public static async Task<FixedRun> StartAsync(TempDirectory directory)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet($"{ControlContract.RunsPath}/{Id}/events", async (HttpResponse response, CancellationToken cancellationToken) =>
        {
            response.ContentType = "text/event-stream";
            await response.WriteAsync($"event: {ControlContract.ProgressEvent}\ndata: {JsonSerializer.Serialize(Progress(), RunsJson.Line.RunProgress)}\n\n", cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var run = RunDirectory.Create(RunDirectory.RunsRoot(directory.Path), Id);
        using var writer = new RunDirectoryWriter(run, new RunDirectoryLimits(), (_, _) => { });
        writer.WriteRun(new RunFile
        {
            // Nobody writes it again: however long a terminal takes, the run is not silent.
            Run = Id, Scenario = "shop-checkout", Status = "running", Pid = Environment.ProcessId, PidStarted = RunProcess.OwnStart, Machine = RunProcess.Machine,
            ControlUrl = new Uri(app.Urls.First()), Started = Progress().Started, Heartbeat = TimeProvider.System.GetUtcNow().AddHours(1), Agents = 20,
        });
        return new FixedRun(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static RunProgress Progress() => new()
    {
        Run = Id,
        Scenario = "shop-checkout",
        Status = "running",
        Started = new DateTimeOffset(2026, 11, 21, 13, 15, 2, TimeSpan.Zero),
        ElapsedS = 15,
        DurationS = 30,
        AgentsActive = 18,
        AgentsTarget = 20,
        States = new AgentStates(9, 6, 0, 2, 1, 2),
        Workers = 1,
        SessionsStarted = 430,
        Succeeded = 398,
        Failed = 6,
        Stuck = 2,
        AgentError = 1,
        Aborted = 5,
        SuccessRate = 0.9803,
        Actions = 2058,
        ActionErrors = 9,
        ActionsPerSecond = 98.4,
        ActionP95S = 0.036,
        MtbaMeanS = 0.212,
        MtbaParts = new MtbaParts(0.1, 0.08, 0.001, 0.03, 0.001, 0),
        MtbaActiveP95S = 0.134,
        TtftP95S = 0.006,
        Tokens = 99_357,
        CostUsd = 0.0123m,
        MaxCostUsd = 1,
        Last = new LastSecond(0.212, 0.033, 0.006, 2, 19, 20),
        Operations = [.. new[] { "login", "searchProducts", "listProducts", "addToCart", "checkout", "getOrder", "logout" }
            .Select((name, i) => new OperationProgress(name, i % 2 == 0 ? "POST" : "GET", 400 - i, i == 4 ? 9 : 0, 0.01 * (i + 1)))],
        Errors = [new ErrorProgress("http_503", "target", 9, 2, "checkout", "status 503, expected 201", null)],
        Thresholds = [new ThresholdResult("session_success", ">= 0.95", 0.9803, true, "scenario"), new ThresholdResult("http_p95", "< 20ms", 0.036, false, "cli")],
    };
}
