using System.Net;
using System.Net.Http.Headers;
using ApeTest.Runs.Json;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Control;

/// <summary>
/// Talks to the collector of a stack: which runs it knows, and a new one. One of its runs: <see cref="Run"/>. A collector that does not answer throws
/// <see cref="ApeTestException"/> (exit 3), one that refuses the token too (exit 2).
/// </summary>
public sealed class CollectorClient : IDisposable
{
    private readonly ControlHttp _http;
    private readonly string _token;
    private readonly TimeProvider _time;

    /// <param name="url">Base URL of the collector.</param>
    /// <param name="token">The stack's service token; empty for none, which the collector refuses.</param>
    /// <param name="time">Clock of the 10 s limit of a call.</param>
    public CollectorClient(Uri url, string token, TimeProvider time)
    {
        (Url, _token, _time) = (url, token, time);
        _http = new ControlHttp(url, token, ControlParty.Stack, time);
    }

    /// <summary>Base URL of the collector.</summary>
    public Uri Url { get; }

    /// <summary>Base URL at which the collector passes requests on to the stack's gateway, which needs the stack's token too.</summary>
    public Uri GatewayUrl => new(Url, ControlContract.GatewayPath);

    /// <summary>All runs, newest first.</summary>
    public Task<RunListEntry[]> ListAsync(CancellationToken cancellationToken) =>
        _http.GetAsync(ControlContract.RunsPath, RunsJson.Line.RunListEntryArray, cancellationToken);

    /// <summary>What the stack's LLM proxy says of a model.</summary>
    public Task<ModelFinding> ModelAsync(string model, CancellationToken cancellationToken) =>
        _http.GetAsync($"{ControlContract.ModelPath}?model={Uri.EscapeDataString(model)}", RunsJson.Line.ModelFinding, cancellationToken);

    /// <summary>Submits a run. One that the collector refuses throws <see cref="ApeTestException"/> (exit 2, or 3 where its queue does not answer).</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="scenario">Text of <c>scenario.resolved.yaml</c>, secrets redacted.</param>
    /// <param name="inTurn">Only while no other run of the stack is on the target. The collector judges that and takes the run in one step, so that of several who ask at once one is taken.</param>
    /// <param name="cancellationToken">Gives up; the run may have been submitted then.</param>
    /// <returns>Null: it was submitted. Else it was not, and this run is on the target.</returns>
    public async Task<string?> SubmitAsync(RunPlan plan, string scenario, bool inTurn, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(Submission.Write(plan, scenario)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await _http.AnswerAsync(HttpMethod.Post, inTurn ? $"{ControlContract.RunsPath}?{ControlContract.InTurnQuery}" : ControlContract.RunsPath, content, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return null;
        }
        var problem = await ControlHttp.ProblemAsync(response, cancellationToken);
        return response.StatusCode is HttpStatusCode.Conflict && problem?.Run is { } run ? run : throw _http.Failure(response.StatusCode, problem);
    }

    /// <summary>A client of one run of the stack.</summary>
    public ControlClient Run(string run) => new(new ControlHttp(Url, _token, ControlParty.Stack, _time), run);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
