using System.Data.Common;
using System.Text.Json;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Control;
using ApeTest.Runs.Ids;
using ApeTest.Runs.Json;
using ApeTest.Scenarios;
using Microsoft.AspNetCore.Http.Features;

namespace ApeTest.Observability.ControlApi;

/// <summary>
/// <c>POST /api/v1/runs</c>: takes a <see cref="Submission"/>, puts it into the queue and begins to collect it. 201 with its
/// <see cref="RunListEntry"/>. With <see cref="ControlContract.InTurnQuery"/> only while no other run here is on its target; else 409, and <c>run</c> of the problem is that one.
/// </summary>
internal static class SubmitEndpoint
{
    public static async Task<IResult> SubmitAsync(HttpRequest request, RunCollector collector, bool? queue, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = Submission.MostBytes;
        }
        Submission submission;
        try
        {
            submission = await Submission.ReadAsync(request.Body, cancellationToken);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or BadHttpRequestException)
        {
            return TypedResults.Problem(e.Message, statusCode: e is BadHttpRequestException { StatusCode: var status } ? status : 400, title: "The body is not the submission that this call takes.");
        }
        var plan = submission.Plan;
        if (!RunId.IsValid(plan.Run))
        {
            return TypedResults.Problem("Run ids look like 20261121-131502-7f3a.", statusCode: 400, title: "The plan's run id is none.");
        }
        try
        {
            if (queue is not true)
            {
                await collector.SubmitAsync(plan, submission.Scenario, cancellationToken);
            }
            else if (await collector.SubmitInTurnAsync(plan, submission.Scenario, cancellationToken) is { } holder)
            {
                return TypedResults.Problem("Ask again when it has ended.", statusCode: 409, title: $"Run {holder} is on the target.", extensions: [KeyValuePair.Create("run", (object?)holder)]);
            }
        }
        catch (ArgumentException)
        {
            return TypedResults.Problem("Submit it under another id.", statusCode: 409, title: $"There is a run {plan.Run} already.");
        }
        catch (ApeTestException e)
        {
            return TypedResults.Problem(e.Hint, statusCode: e.ExitCode == ExitCodes.Input ? 422 : 503, title: e.Message);
        }
        catch (DbException e)
        {
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable, title: "The run queue does not answer.");
        }
        return TypedResults.Json(new RunListEntry(plan.Run, plan.Scenario.Name, "queued", null, plan.Scenario.Agents, null),
            RunsJson.Line.RunListEntry, statusCode: StatusCodes.Status201Created);
    }
}
