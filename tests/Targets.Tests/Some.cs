using System.Text;
using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests;

/// <summary>Values that tests need.</summary>
internal static class Some
{
    public static TargetOptions Target(string url, string name = "shop") => new() { Name = name, Url = url };

    public static TargetPolicy Policy(Uri url, Action<TargetOptions>? change = null, LimitOptions? limits = null, TargetMetrics? metrics = null)
    {
        var options = Target(url.AbsoluteUri);
        change?.Invoke(options);
        return new TargetPolicy(new GatewayFile { Targets = [options], Limits = limits ?? new LimitOptions() }, metrics);
    }

    public static SocketsTransport Transport(Uri url, Action<TargetOptions>? change = null, TimeProvider? time = null) =>
        new(Policy(url, change), time ?? TimeProvider.System);

    public static TargetRequest Get(Uri url) => new() { Method = HttpMethod.Get, Url = url, Target = "shop" };

    public static SessionState Session() => new(new ActionIdentity("run-1", "0-0", "0", 1))
    {
        Trace = TraceHeaders.Child(default),
    };

    public static ToolCall Call(string tool, string arguments) => new("call-1", tool, Json(arguments));

    public static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static TargetExchange Exchange(int status, string? body = null, string contentType = "application/json", string url = "http://127.0.0.1:1/", params (string Name, string Value)[] headers) => new()
    {
        Status = status,
        Headers = [new("Content-Type", contentType), .. headers.Select(static header => KeyValuePair.Create(header.Name, header.Value))],
        Body = body is null ? default : Encoding.UTF8.GetBytes(body),
        BodyLength = body?.Length ?? 0,
        Url = new Uri(url),
    };
}
