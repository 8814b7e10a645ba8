using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.Runs.Json;
using ApeTest.Runs.Logs;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Logging;

namespace ApeTest.Observability.ControlApi;

/// <summary>
/// The control API (DESIGN 14.5). Every call needs the token in <c>X-Ape-Token</c>; <c>Host</c> and <c>Origin</c> are the guard's.
/// Errors are problem documents (RFC 9457).
/// </summary>
internal static class ControlEndpoints
{
    public static void MapControlApi(this WebApplication app)
    {
        var runs = app.MapGroup(ControlContract.RunsPath).AddEndpointFilter(RequireTokenAsync);
        runs.MapGet("", async (Lookup find, CancellationToken cancellationToken) =>
            TypedResults.Json(await find.ListAsync(cancellationToken), RunsJson.Line.RunListEntryArray));
        runs.MapPost("", SubmitEndpoint.SubmitAsync);
        runs.MapGet("/{id}", async (string id, Lookup find, CancellationToken cancellationToken) => find.Run(id) is { } run ? Json(run.Progress(), RunsJson.Line.RunProgress)
            : await find.PastAsync(id, cancellationToken) is { } past ? Json(RunProgress.From(past), RunsJson.Line.RunProgress)
            : Unknown(id));
        runs.MapGet("/{id}/summary", async (string id, Lookup find, CancellationToken cancellationToken) => find.Run(id) switch
        {
            null when await find.PastAsync(id, cancellationToken) is { } past => Json(past, RunsJson.Line.RunSummary),
            null => Unknown(id),
            { } run when run.Summary() is { } summary => Json(summary, RunsJson.Line.RunSummary),
            _ => Problem(404, $"Run {id} left no summary.", "It was interrupted before it could write one; its sessions and logs are there."),
        });
        runs.MapGet("/{id}/sessions", Sessions);
        runs.MapGet("/{id}/sessions/{session}", SessionAsync);
        runs.MapGet("/{id}/events", Events);
        runs.MapGet("/{id}/logs", Logs);
        runs.MapPost("/{id}/stop", StopAsync);
        runs.MapPost("/{id}/scale", ScaleAsync);
        var relay = app.Services.GetRequiredService<ServiceRelay>();
        app.Map(ControlContract.GatewayPath + "/{target}/{**path}", (Delegate)relay.GatewayAsync).AddEndpointFilter(RequireTokenAsync);
        app.MapPost(LogShipment.Path, app.Services.GetRequiredService<LogLines>().TakeAsync).AddEndpointFilter(RequireTokenAsync);
        app.MapGet(ControlContract.ModelPath, (Delegate)relay.ModelAsync).AddEndpointFilter(RequireTokenAsync);
    }

    private static IResult Sessions(string id, string? outcome, Lookup find, CancellationToken cancellationToken)
    {
        SessionOutcome? wanted = null;
        if (outcome is not null)
        {
            if (!Enum.TryParse<SessionOutcome>(outcome.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var parsed)
                || int.TryParse(outcome, out _))
            {
                return Problem(400, $"outcome: {outcome} is no outcome.", "Use succeeded, failed, stuck, agent_error or aborted.");
            }
            wanted = parsed;
        }
        return find.Run(id) is { } run
            ? TypedResults.Stream(output => WriteSessionsAsync(output, run.Directory, wanted, cancellationToken), "application/json")
            : Unknown(id);
    }

    private static async Task WriteSessionsAsync(Stream output, RunDirectory directory, SessionOutcome? outcome, CancellationToken cancellationToken)
    {
        // One at a time, so that a run of any length is listed in constant memory.
        var separator = "["u8.ToArray();
        await foreach (var record in SessionLog.ReadAsync(directory, outcome, cancellationToken))
        {
            await output.WriteAsync(separator, cancellationToken);
            await JsonSerializer.SerializeAsync(output, record, RunsJson.Line.SessionRecord, cancellationToken);
            separator[0] = (byte)',';
        }
        await output.WriteAsync(separator[0] == '[' ? "[]"u8.ToArray() : "]"u8.ToArray(), cancellationToken);
    }

    private static async Task<IResult> SessionAsync(string id, string session, Lookup find, CancellationToken cancellationToken)
    {
        if (find.Run(id) is not { } run)
        {
            return Unknown(id);
        }
        await foreach (var record in SessionLog.ReadAsync(run.Directory, null, cancellationToken))
        {
            if (record.Session == session)
            {
                return Json(record, RunsJson.Line.SessionRecord);
            }
        }
        return Problem(404, $"Run {id} kept no session {session}.",
            "Sessions that did not succeed are kept, and the sampled ones that did; a session under way is not written yet.");
    }

    private static IResult Events(string id, Lookup find, CancellationToken cancellationToken) =>
        find.Run(id) is not { } run ? Unknown(id)
        : TypedResults.Stream(output => WriteEventsAsync(output, run, cancellationToken), "text/event-stream");

    private static async Task WriteEventsAsync(Stream output, KnownRun run, CancellationToken cancellationToken)
    {
        await foreach (var progress in run.WatchAsync(cancellationToken))
        {
            var name = progress.Ended ? ControlContract.EndEvent : ControlContract.ProgressEvent;
            var json = JsonSerializer.Serialize(progress, RunsJson.Line.RunProgress);
            await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"event: {name}\ndata: {json}\n\n"), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }

    private static IResult Logs(string id, [AsParameters] LogsRequest request, Lookup find, CancellationToken cancellationToken)
    {
        LogQuery query;
        try
        {
            query = request.ToQuery();
        }
        catch (ApeTestException e)
        {
            return Problem(400, e.Message, e.Hint);
        }
        return find.Run(id) is { } run
            ? TypedResults.Stream(output => WriteLogsAsync(output, run, query, request.Follow is true, cancellationToken), "application/x-ndjson")
            : Unknown(id);
    }

    private static async Task WriteLogsAsync(Stream output, KnownRun run, LogQuery query, bool follow, CancellationToken cancellationToken)
    {
        using var reader = new LogReader(run.Directory.Logs, query);
        if (follow)
        {
            await foreach (var lines in new LogFollower(reader, () => run.Progress().Ended, run.Time).FollowAsync(cancellationToken))
            {
                foreach (var line in lines)
                {
                    await output.WriteAsync(line.Utf8, cancellationToken);
                    await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
                }
                await output.FlushAsync(cancellationToken);
            }
            return;
        }
        await foreach (var line in reader.ReadAsync(cancellationToken))
        {
            await output.WriteAsync(line.Utf8, cancellationToken);
            await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
        }
    }

    internal static async Task<IResult> StopAsync(string id, HttpRequest request, Lookup find, CancellationToken cancellationToken)
    {
        var (body, error) = await ReadAsync(request, RunsJson.Line.StopRequest, "{\"now\": false}", cancellationToken);
        return error
            ?? (body!.Reason is null or "stopped" or "interrupted" ? null : Problem(400, $"reason: {body.Reason} is none.", "Use stopped or interrupted."))
            ?? await OnLiveAsync(id, find, run => run.StopAsync(body!.Now, body.Reason ?? "stopped", cancellationToken));
    }

    internal static async Task<IResult> ScaleAsync(string id, HttpRequest request, Lookup find, CancellationToken cancellationToken)
    {
        var (body, error) = await ReadAsync(request, RunsJson.Line.ScaleRequest, "{\"agents\": 10}", cancellationToken);
        if (error is not null)
        {
            return error;
        }
        if (find.Live(id) is { } live)
        {
            if (!live.Scales.Allows(body!.Agents))
            {
                return Problem(422, $"agents: must be from {live.Scales.Least} to {live.Scales.Most} in run {id} (got {body.Agents}).", live.Scales.Why);
            }
            if (live.Draining)
            {
                return Problem(409, $"Run {id} is stopping: no new sessions start any more.", null);
            }
        }
        return await OnLiveAsync(id, find, run => run.ScaleAsync(body!.Agents, cancellationToken));
    }

    private static async Task<IResult> OnLiveAsync(string id, Lookup find, Func<CollectedRun, Task> act)
    {
        if (find.Live(id) is not { } run)
        {
            return find.Run(id) is { } known ? Problem(409, $"Run {id} is over: {known.Progress().Status}.", null) : Unknown(id);
        }
        await act(run);
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<(T? Body, IResult? Error)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, string example, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            if (await JsonSerializer.DeserializeAsync(request.Body, type, cancellationToken) is { } body)
            {
                return (body, null);
            }
        }
        catch (JsonException)
        {
            // Told below, with what would be right.
        }
        return (null, Problem(400, "The body is not the JSON that this call takes.", $"Send for example {example}."));
    }

    private static async ValueTask<object?> RequireTokenAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        // The guard has compared the token where there is one; this closes the API where there is none.
        var token = context.HttpContext.RequestServices.GetRequiredService<ServiceToken>();
        if (!token.Required)
        {
            return Problem(401, "The control API is closed, because this collector has no token.", "Set APETEST_TOKEN_FILE to a file that holds one.");
        }
        try
        {
            return await next(context);
        }
        catch (Exception e) when (e is DbException or TimeoutException && !context.HttpContext.Response.HasStarted)
        {
            return Problem(503, "The run queue does not answer.", e.Message);
        }
    }

    private static IResult Json<T>(T value, JsonTypeInfo<T> type) => TypedResults.Json(value, type);

    private static IResult Unknown(string id) => RunId.IsValid(id)
        ? Problem(404, $"There is no run {id} here.", $"GET {ControlContract.RunsPath} lists the runs.")
        : Problem(404, "That is no run id.", "Run ids look like 20261121-131502-7f3a.");

    private static IResult Problem(int status, string title, string? detail) => TypedResults.Problem(detail, statusCode: status, title: title);
}
