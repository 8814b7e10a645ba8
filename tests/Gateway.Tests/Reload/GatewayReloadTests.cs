using System.Collections.Concurrent;
using System.Net;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Gateway.Tests.Reload;

/// <summary>A real file, real requests; only the clock of the polls is moved by hand.</summary>
public sealed class GatewayReloadTests : ForwardingTest
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly FakeTimeProvider _time = new();
    private readonly ReloadLines _log = new();

    private static string Json(string extra, params (string Name, Uri Url)[] targets) =>
        $$"""{"targets":[{{string.Join(",", targets.Select(target => $$"""{"name":"{{target.Name}}","url":"{{target.Url}}"{{extra}}}"""))}}]}""";

    private Task<TestService> StartAsync(string path) => TestService.GatewayAsync(
        new GatewayOptions { ConfigPath = path }, time: _time, change: builder => builder.Services.AddSingleton<ILoggerProvider>(_log));

    /// <summary>Moves the clock until the reload has said something.</summary>
    private async Task<(string Event, string Text)> NextAsync()
    {
        while (true)
        {
            // The loop waits again some time after it was woken: a poll that it missed is made up for by the next.
            _time.Advance(Poll);
            if (await _log.Written.WaitAsync(TimeSpan.FromMilliseconds(50), Cancellation) && _log.Lines.TryDequeue(out var line))
            {
                return line;
            }
        }
    }

    [Fact]
    public async Task Reload_TargetsAddedAndRemoved_HoldForNewRequests()
    {
        using var folder = new TempDirectory();
        await using var target = await TestService.TargetAsync(static context => context.Response.WriteAsync("hello"));
        var path = folder.Write("g.json", Json("", ("old", target.Url)));
        await using var gateway = await StartAsync(path);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, "/old/")).StatusCode);

        await File.WriteAllTextAsync(path, Json("", ("new", target.Url)), Cancellation);
        var (name, text) = await NextAsync().Within(Cancellation);

        Assert.Equal("gateway.reloaded", name);
        Assert.Contains("revision 2; what changed: added new; removed old", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, "/new/")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(gateway, "/old/")).StatusCode);
        using var metrics = await SendAsync(gateway, "/metrics");
        Assert.Contains("apetest_gateway_reloads_total{result=\"reloaded\"} 1", await metrics.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_AnswerUnderWay_IsCompletedThoughItsTargetIsGone()
    {
        using var folder = new TempDirectory();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await TestService.TargetAsync(async context =>
        {
            await context.Response.WriteAsync("first,", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            await release.Task;
            await context.Response.WriteAsync("last", Cancellation);
        });
        var path = folder.Write("g.json", Json("", ("shop", target.Url)));
        await using var gateway = await StartAsync(path);
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri(gateway.Url, "/shop/slow"), HttpCompletionOption.ResponseHeadersRead, Cancellation);

        await File.WriteAllTextAsync(path, Json("", ("other", target.Url)), Cancellation);
        Assert.Equal("gateway.reloaded", (await NextAsync().Within(Cancellation)).Event);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(gateway, "/shop/slow")).StatusCode);
        release.SetResult();

        Assert.Equal("first,last", await response.Content.ReadAsStringAsync(Cancellation).Within(Cancellation));
    }

    [Fact]
    public async Task Reload_SameTarget_KeepsItsConnections()
    {
        using var folder = new TempDirectory();
        var connections = new ConcurrentDictionary<string, byte>();
        await using var target = await TestService.TargetAsync(context =>
        {
            connections.TryAdd(context.Connection.Id, 0);
            return context.Response.WriteAsync("hello");
        });
        var path = folder.Write("g.json", Json("", ("shop", target.Url)));
        await using var gateway = await StartAsync(path);
        await (await SendAsync(gateway, "/shop/")).Content.ReadAsStringAsync(Cancellation);

        await File.WriteAllTextAsync(path, Json("", ("shop", target.Url), ("other", target.Url)), Cancellation);
        await NextAsync().Within(Cancellation);
        await (await SendAsync(gateway, "/shop/")).Content.ReadAsStringAsync(Cancellation);

        Assert.Single(connections);
    }

    [Fact]
    public async Task Reload_InvalidDeletedAndBack_OldStateStays_WarnedOnceEach()
    {
        using var folder = new TempDirectory();
        await using var target = await TestService.TargetAsync(static context => context.Response.WriteAsync("hello"));
        var good = Json("", ("shop", target.Url));
        var path = folder.Write("g.json", good);
        await using var gateway = await StartAsync(path);

        await File.WriteAllTextAsync(path, Json(",\"timeout\":\"soon\",\"x\":1", ("shop", target.Url)), Cancellation);
        var (name, text) = await NextAsync().Within(Cancellation);
        Assert.Equal("gateway.reload_failed", name);
        Assert.Contains("targets[0].timeout", text, StringComparison.Ordinal);
        Assert.Contains("targets[0].x", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, "/shop/")).StatusCode);

        File.Delete(path);
        (name, text) = await NextAsync().Within(Cancellation);
        Assert.Equal("gateway.reload_failed", name);
        Assert.Contains("cannot be read", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, "/shop/")).StatusCode);

        await File.WriteAllTextAsync(path, good, Cancellation);
        (name, text) = await NextAsync().Within(Cancellation);
        Assert.Equal("gateway.reloaded", name);
        Assert.Contains("revision 1; what changed: nothing", text, StringComparison.Ordinal);
        using var ready = await SendAsync(gateway, "/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        using var metrics = await SendAsync(gateway, "/metrics");
        Assert.Contains("apetest_gateway_reloads_total{result=\"failed\"} 2", await metrics.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_FiftyRapidEditsUnderLoad_NoRequestIsLost()
    {
        using var folder = new TempDirectory();
        await using var target = await TestService.TargetAsync(static context => context.Response.WriteAsync("hello"));
        var path = folder.Write("g.json", Json("", ("shop", target.Url)));
        await using var gateway = await StartAsync(path);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(() => LoadAsync(gateway, stop.Token), Cancellation)).ToArray();

        for (var edit = 1; edit <= 50; edit++)
        {
            // Written in place, so that a poll may well find half of it.
            await File.WriteAllTextAsync(path, Json($",\"timeout\":\"{edit}s\"", ("shop", target.Url)), Cancellation);
            _time.Advance(Poll);
        }
        await File.WriteAllTextAsync(path, Json("", ("shop", target.Url), ("last", target.Url)), Cancellation);
        while (!(await NextAsync().Within(Cancellation)).Text.Contains("added last", StringComparison.Ordinal))
        {
        }
        await stop.CancelAsync();

        var counts = await Task.WhenAll(clients).Within(Cancellation);
        Assert.All(counts, static count => Assert.True(count > 0));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, "/last/")).StatusCode);
    }

    private async Task<int> LoadAsync(TestService gateway, CancellationToken stop)
    {
        for (var sent = 0; ; sent++)
        {
            if (stop.IsCancellationRequested && sent > 0)
            {
                return sent;
            }
            using var response = await SendAsync(gateway, "/shop/");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    /// <summary>What the reload tells.</summary>
    private sealed class ReloadLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(string Event, string Text)> Lines { get; } = new();

        public SemaphoreSlim Written { get; } = new(0);

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name?.StartsWith("gateway.reload", StringComparison.Ordinal) is true)
            {
                Lines.Enqueue((eventId.Name, formatter(state, exception)));
                Written.Release();
            }
        }

        public void Dispose()
        {
        }
    }
}
