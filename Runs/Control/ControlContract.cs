namespace ApeTest.Runs.Control;

/// <summary>Names of the control API (DESIGN 14.5): all paths are below <see cref="RunsPath"/>.</summary>
public static class ControlContract
{
    /// <summary><c>GET</c>: runs, newest first, as <see cref="RunListEntry"/>. One run: <c>{RunsPath}/{id}</c>, <c>GET</c>: <see cref="RunProgress"/>.</summary>
    public const string RunsPath = "/api/v1/runs";

    /// <summary>
    /// With <c>POST {RunsPath}</c>: the run is taken only while no other run of the collector is on its target; else 409, and <see cref="ControlProblem.Run"/> names that one.
    /// </summary>
    public const string InTurnQuery = "queue=true";

    /// <summary>
    /// Base at which a collector that knows a gateway passes requests on to it, <c>{GatewayPath}/{target}/{path}</c>: whoever submits a run to a stack
    /// examines its target as the stack's agents reach it.
    /// </summary>
    public const string GatewayPath = "/api/v1/gateway";

    /// <summary><c>GET {ModelPath}?model=provider/model</c>: <see cref="ModelFinding"/> of the LLM proxy that the collector knows.</summary>
    public const string ModelPath = "/api/v1/model";

    /// <summary>Header that carries the token of <c>control.token</c>.</summary>
    public const string TokenHeader = "X-Ape-Token";

    /// <summary>Server-sent event that carries a <see cref="RunProgress"/>, each second.</summary>
    public const string ProgressEvent = "progress";

    /// <summary>Last server-sent event: the final <see cref="RunProgress"/>.</summary>
    public const string EndEvent = "end";
}

/// <summary>Whether a model can be used, in the LLM proxy's words.</summary>
/// <param name="Status"><c>ok</c>, <c>unknown_provider</c>, <c>missing_key</c>, <c>invalid_key</c>, <c>unreachable</c> or <c>unknown_model</c>.</param>
/// <param name="Message">What is so.</param>
/// <param name="Hint">What to do; null when ready.</param>
public sealed record ModelFinding(string Status, string Message, string? Hint);

/// <summary>One run in a list.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Scenario">Scenario name; null where its directory no longer tells.</param>
/// <param name="Status">Status; <c>interrupted</c> when its process died.</param>
/// <param name="Started">Start.</param>
/// <param name="Agents">Agents.</param>
/// <param name="ControlUrl">Where it listens while it runs; null once it has ended.</param>
public sealed record RunListEntry(string Run, string? Scenario, string Status, DateTimeOffset? Started, int? Agents, Uri? ControlUrl)
{
    /// <summary>How long it took, or has taken; null where that is not known.</summary>
    public double? DurationS { get; init; }

    /// <summary>URL of the target that it is on; null once it has ended, and where another process collects it.</summary>
    public Uri? Target { get; init; }

    /// <summary>Success rate; null where nothing was judged, or its summary is not at hand.</summary>
    public double? SuccessRate { get; init; }
}

/// <summary>Body of <c>POST .../stop</c>.</summary>
/// <param name="Now">False: no new sessions, running ones drain. True: everything is cancelled.</param>
/// <param name="Reason">Status that the run ends with: <c>stopped</c> or <c>interrupted</c>. Default stopped.</param>
public sealed record StopRequest(bool Now, string? Reason = null);

/// <summary>Body of <c>POST .../scale</c>.</summary>
/// <param name="Agents">Agents wanted, in the run's <see cref="Queue.ScaleRange"/>; in the open model the most sessions at a time.</param>
public sealed record ScaleRequest([property: System.Text.Json.Serialization.JsonRequired] int Agents);

/// <summary>A problem document (RFC 9457), as far as the client reads it.</summary>
public sealed record ControlProblem(string? Title, int? Status, string? Detail)
{
    /// <summary>The run that is in the way of a submitted one, which then was not taken; null for any other problem.</summary>
    public string? Run { get; init; }
}
