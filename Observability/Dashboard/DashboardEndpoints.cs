using System.Text;
using ApeTest.Observability.Collecting;
using ApeTest.Observability.ControlApi;
using ApeTest.Observability.Dashboard.Components;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Records;
using ApeTest.ServiceDefaults.Guard;

namespace ApeTest.Observability.Dashboard;

/// <summary>The dashboard: pages rendered here, and for the page of a run its parts as server-sent events. Stop and scale are the control API's own.</summary>
internal static class DashboardEndpoints
{
    private const int MostRuns = 200;

    public static void MapDashboard(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", () => Results.LocalRedirect(DashboardKeys.Path)).WithMetadata(TokenExempt.Instance);
        app.MapGet($"{DashboardKeys.Path}/assets/{{name}}", DashboardAssets.Get).WithMetadata(TokenExempt.Instance);
        var pages = app.MapGroup(DashboardKeys.Path).WithMetadata(TokenExempt.Instance).AddEndpointFilter<RouteGroupBuilder, DashboardGuard>();
        pages.MapGet("", RunsAsync);
        pages.MapGet("/runs/{id}", RunAsync);
        pages.MapGet("/runs/{id}/events", EventsAsync);
        pages.MapGet("/runs/{id}/sessions", SessionsAsync);
        pages.MapGet("/runs/{id}/sessions/{session}", ReplayAsync);
        pages.MapGet("/{**page}", static () => Results.Content(PageShell.Plain("No such page", "The dashboard begins with the list of its runs."), PageShell.ContentType, Encoding.UTF8, StatusCodes.Status404NotFound));
        pages.MapPost("/runs/{id}/stop", ControlEndpoints.StopAsync);
        pages.MapPost("/runs/{id}/scale", ControlEndpoints.ScaleAsync);
    }

    private static async Task<IResult> RunsAsync(CollectorOptions options, TimeProvider time, PageRenderer renderer)
    {
        var runs = RunDirectoryReader.Entries(options.RunsRoot, time).Take(MostRuns)
            .Select(entry => (entry, RunDirectoryReader.ReadSummary(new RunDirectory(Path.Combine(options.RunsRoot, entry.Run)), time))).ToList();
        return Page("Runs", await renderer.RenderAsync<RunListPage>((nameof(RunListPage.Runs), runs)));
    }

    private static async Task<IResult> RunAsync(string id, Lookup find, PageRenderer renderer, CancellationToken cancellationToken)
    {
        if (find.Run(id) is not { } run)
        {
            return Unknown();
        }
        using var parts = new RunParts(run, renderer);
        var rendered = (await parts.RenderAsync(cancellationToken)).ToDictionary(static part => part.Id, static part => part.Html, StringComparer.Ordinal);
        return Page(id, await renderer.RenderAsync<RunPage>((nameof(RunPage.Run), id), (nameof(RunPage.Progress), run.Progress()), (nameof(RunPage.Parts), rendered),
            (nameof(RunPage.IsLive), !run.IsOver), (nameof(RunPage.IsOurs), find.Live(id) is not null)));
    }

    private static IResult EventsAsync(string id, Lookup find, Broadcasts broadcasts, IHostApplicationLifetime host, CancellationToken cancellationToken)
    {
        if (find.Run(id) is not { } run)
        {
            return Unknown();
        }
        return broadcasts.Join(run) is { } seat
            ? Results.Stream(output => WriteAsync(output, seat, cancellationToken, host.ApplicationStopping), "text/event-stream")
            : Results.Content(PageShell.Plain("Too many viewers", $"{Broadcasts.MostViewers} pages watch already."), PageShell.ContentType, Encoding.UTF8, StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task WriteAsync(Stream output, BroadcastSeat seat, CancellationToken viewer, CancellationToken stopping)
    {
        using var _ = seat;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(viewer, stopping);
        var seen = 0L;
        try
        {
            while (true)
            {
                var (parts, ended, changed) = seat.Broadcast.Since(seen);
                foreach (var part in parts)
                {
                    seen = Math.Max(seen, part.Version);
                    await output.WriteAsync(Encoding.UTF8.GetBytes($"event: part\ndata: {{\"id\":\"{part.Id}\",\"html\":{part.Json}}}\n\n"), either.Token);
                }
                if (ended)
                {
                    await output.WriteAsync("event: end\ndata: {}\n\n"u8.ToArray(), either.Token);
                    return;
                }
                await output.FlushAsync(either.Token);
                await changed.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!viewer.IsCancellationRequested)
        {
            // The collector stops, mostly because its run has ended: the page has the last figures, and does not call again.
            await output.WriteAsync("event: end\ndata: {}\n\n"u8.ToArray(), CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
    }

    private static async Task<IResult> SessionsAsync(string id, string? outcome, string? q, int? page, Lookup find, PageRenderer renderer, CancellationToken cancellationToken)
    {
        if (find.Run(id) is not { } run)
        {
            return Unknown();
        }
        var sessions = await SessionPage.ReadAsync(run.Directory, outcome, q, page ?? 1, cancellationToken);
        return Page($"Sessions of {id}", await renderer.RenderAsync<SessionsPage>((nameof(SessionsPage.Run), id), (nameof(SessionsPage.Page), sessions)));
    }

    private static async Task<IResult> ReplayAsync(string id, string session, Lookup find, PageRenderer renderer, CancellationToken cancellationToken)
    {
        if (find.Run(id) is not { } run)
        {
            return Unknown();
        }
        await foreach (var record in SessionLog.ReadAsync(run.Directory, outcome: null, cancellationToken))
        {
            if (record.Session == session)
            {
                return Page($"Session {session} of {id}", await renderer.RenderAsync<ReplayPage>((nameof(ReplayPage.Run), id), (nameof(ReplayPage.Session), record),
                    (nameof(ReplayPage.Scenario), KeptScenario.Read(run.Directory).Scenario)));
            }
        }
        return Results.Content(PageShell.Plain("No such session", "Kept are the sessions that did not succeed, and the sampled ones that did."), PageShell.ContentType, Encoding.UTF8, StatusCodes.Status404NotFound);
    }

    private static IResult Page(string title, string body) => Results.Content(PageShell.Of(title, body), PageShell.ContentType, Encoding.UTF8);

    private static IResult Unknown() => Results.Content(PageShell.Plain("No such run", "It is not in this collector's directory."), PageShell.ContentType, Encoding.UTF8, StatusCodes.Status404NotFound);
}
