using System.Diagnostics;
using System.Text.Json;
using ApeTest.Gateway.Mcp.Catalog;
using ApeTest.Gateway.Mcp.Sessions;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Calls;

/// <summary>
/// Makes a call of an MCP client in its session. The edge between protocol and targets: whatever a client sends or a target answers becomes
/// a result, and only an unknown tool is an error of the protocol. Thread-safe.
/// </summary>
internal sealed partial class ToolCaller(McpTools tools, ILogger<ToolCaller> logger)
{
    /// <summary>Spans of calls, one above the span of each request that a call makes.</summary>
    private static readonly ActivitySource Spans = new("ApeTest.Gateway.Mcp");

    /// <summary>Makes the call.</summary>
    /// <param name="name">The tool's name.</param>
    /// <param name="arguments">Its arguments; null for none.</param>
    /// <param name="session">Finds the session.</param>
    /// <param name="given">The client's own trace context; default: the session's trace.</param>
    /// <param name="cancellationToken">Ends the call and its request to the target.</param>
    /// <exception cref="McpProtocolException">There is no such tool (-32602).</exception>
    public async ValueTask<CallToolResult> CallAsync(
        string name, IDictionary<string, JsonElement>? arguments, FindSession session, ActivityContext given, CancellationToken cancellationToken)
    {
        var tool = tools.Current.Find(name) ?? (await tools.ReadAsync(cancellationToken)).Find(name) ?? throw Unknown(name);
        var own = new Dictionary<string, JsonElement>(arguments ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal);
        var found = session(tool, own);
        if (found.State is not { } state)
        {
            return found.Refused!;
        }
        var trace = TraceHeaders.IsValid(given) ? given : state.Trace;
        try
        {
            using var turn = await state.TakeTurnAsync(cancellationToken);
            return turn is null
                ? CallResults.Error("too_many_calls", $"more than {ClientState.MostCalls} calls of this session are under way; wait for their results", trace.TraceId)
                : await InvokeAsync(tool, own, state, turn, trace, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception bug)
        {
            LogBug(logger, bug, name);
            return CallResults.Error("internal", "the gateway failed at this call; its log says why", trace.TraceId);
        }
    }

    private static async ValueTask<CallToolResult> InvokeAsync(
        McpTool tool, Dictionary<string, JsonElement> arguments, ClientState session, ClientState.Turn turn, ActivityContext trace, CancellationToken cancellationToken)
    {
        // The log and the request to the target take their trace from here.
        using var span = StartSpan(tool, trace);
        var state = turn.StateFor(tool.Target, trace);
        using var identity = RequestIdentity.Use(new RequestIdentity { Session = session.Name, Action = $"{state.Identity.Action}" });
        var call = new ToolCall($"{state.Identity.Action}", tool.Name, JsonSerializer.SerializeToElement(arguments));
        var result = await tool.Set.InvokeAsync(call, state, cancellationToken);
        return CallResults.Of(result, trace.TraceId);
    }

    /// <summary>A span that is exported where anybody exports; otherwise one that only carries the trace id.</summary>
    private static Activity StartSpan(McpTool tool, in ActivityContext trace)
    {
        var name = $"tools/call {tool.Listed.Name}";
        return Spans.StartActivity(name, ActivityKind.Server, trace)
            ?? new Activity(name).SetParentId(trace.TraceId, trace.SpanId, trace.TraceFlags).Start();
    }

    private McpProtocolException Unknown(string name)
    {
        var problems = tools.Current.Problems;
        var shown = name.Length > 100 ? name[..100] + "..." : name;
        return new McpProtocolException(
            $"Unknown tool: '{shown}'." + (problems.IsEmpty ? " tools/list names all." : $" Operations may be missing: {string.Join("; ", problems)}"),
            McpErrorCode.InvalidParams);
    }

    [LoggerMessage(1, LogLevel.Error, "the call of tool {Tool} failed in the gateway", EventName = "mcp.call_failed")]
    private static partial void LogBug(ILogger logger, Exception exception, string tool);
}

/// <summary>Finds the session of a call, and takes the argument that names it out of the arguments.</summary>
internal delegate SessionFound FindSession(McpTool tool, Dictionary<string, JsonElement> arguments);

/// <summary>One of the two.</summary>
/// <param name="State">The session's state.</param>
/// <param name="Refused">The result of the call where there is no such session.</param>
internal readonly record struct SessionFound(ClientState? State, CallToolResult? Refused = null);
