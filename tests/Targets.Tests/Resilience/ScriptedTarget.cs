using System.Collections.Concurrent;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.Resilience;

/// <summary>A target that answers by a script, the last line again and again, and keeps what it saw; and a transport that reaches it.</summary>
internal sealed class ScriptedTarget : IAsyncDisposable
{
    private readonly TestTarget _target;
    private readonly ConcurrentQueue<RequestDelegate> _script;
    private SocketsTransport? _transport;

    private ScriptedTarget(TestTarget target, ConcurrentQueue<RequestDelegate> script, ConcurrentQueue<(string Line, DateTimeOffset At)> seen)
    {
        (_target, _script, Seen) = (target, script, seen);
    }

    public Uri Url => _target.Url;

    /// <summary>Method and body of each request, and when it came.</summary>
    public ConcurrentQueue<(string Line, DateTimeOffset At)> Seen { get; }

    public TargetPolicy Policy { get; private set; } = null!;

    public static async Task<ScriptedTarget> StartAsync(TimeProvider time, params RequestDelegate[] script)
    {
        var lines = new ConcurrentQueue<RequestDelegate>(script);
        var seen = new ConcurrentQueue<(string, DateTimeOffset)>();
        var target = await TestTarget.StartAsync(async context =>
        {
            seen.Enqueue(($"{context.Request.Method} {await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted)}".TrimEnd(), time.GetUtcNow()));
            RequestDelegate? line;
            if (lines.Count > 1)
            {
                lines.TryDequeue(out line);
            }
            else
            {
                lines.TryPeek(out line);
            }
            await line!(context);
        });
        return new ScriptedTarget(target, lines, seen);
    }

    /// <summary>An answer of that status.</summary>
    public static RequestDelegate Status(int status, string? retryAfter = null) => context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }
        return Task.CompletedTask;
    };

    /// <summary>The connection is cut.</summary>
    public static Task Reset(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>No answer.</summary>
    public static Task Hang(HttpContext context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

    /// <summary>Changes the script: from now on this.</summary>
    public void Then(RequestDelegate line)
    {
        _script.Clear();
        _script.Enqueue(line);
    }

    public SocketsTransport Transport(TimeProvider time, Action<TargetOptions> change, TargetMetrics? metrics = null, params FaultOptions[] faults)
    {
        var options = Some.Target(Url.AbsoluteUri);
        change(options);
        Policy = new TargetPolicy(new GatewayFile { Targets = [options], Faults = faults }, metrics, time);
        return _transport = new SocketsTransport(Policy, time);
    }

    public TargetRequest Request(string method = "GET", byte[]? body = null) => new() { Method = new HttpMethod(method), Url = Url, Target = "shop", Body = body ?? [] };

    public async ValueTask DisposeAsync()
    {
        _transport?.Dispose();
        await _target.DisposeAsync();
    }
}
