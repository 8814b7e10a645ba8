namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>One request as it reached a target. <c>Target</c> is path and query as sent; <c>Connection</c> names the connection that it came by.</summary>
internal sealed record TargetRequest(string Method, string Target, string? ContentType, string Body, IReadOnlyDictionary<string, string> Headers, string Connection, string Protocol, DateTimeOffset At)
{
    /// <summary>The path without its query.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>A header's value; empty where it is missing.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>The trace that it belongs to, of <c>traceparent</c>.</summary>
    public string TraceId => Header("traceparent").Split('-') is [_, var trace, ..] ? trace : "";
}
