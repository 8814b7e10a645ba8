using System.Diagnostics.Metrics;
using System.Net;
using ApeTest.Gateway.Mcp.Http;
using ApeTest.Gateway.Mcp.Sessions;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>How many sessions there are, and how they end.</summary>
public sealed class McpSessionTests
{
    [Fact]
    public async Task Sessions_BeyondTheBound_LeastRecentlyUsedEnds()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target, new McpGatewayOptions { Limits = new McpLimits { Sessions = 2 } });
        var ended = Count(gateway, "evicted");
        using var first = new RawClient(gateway.Url);
        using var second = new RawClient(gateway.Url);
        using var third = new RawClient(gateway.Url);
        await first.InitializeAsync();
        await second.InitializeAsync();
        await first.ToolsAsync();

        await third.InitializeAsync();

        using var gone = await second.PostAsync(second.Request("ping"));
        using var kept = await first.PostAsync(first.Request("ping"));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        Assert.Equal(1, ended());
        Assert.Equal(2, gateway.Services.GetRequiredService<HttpSessions>().Count);
    }

    [Fact]
    public async Task Sessions_UnusedForLong_ExpireUnlessAStreamIsOpen()
    {
        await using var target = await NotesApi.StartAsync();
        var time = new FakeTimeProvider();
        await using var gateway = await McpGateway.StartAsync(target, new McpGatewayOptions { Time = time });
        var ended = Count(gateway, "expired");
        using var idle = new RawClient(gateway.Url);
        using var listening = new RawClient(gateway.Url);
        await idle.InitializeAsync();
        await listening.InitializeAsync();
        using var stream = await listening.SendAsync(HttpMethod.Get, null);

        time.Advance(TimeSpan.FromMinutes(31));

        using var gone = await idle.PostAsync(idle.Request("ping"));
        using var kept = await listening.PostAsync(listening.Request("ping"));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        Assert.Equal(1, ended());
    }

    [Fact]
    public async Task Sessions_BegunAndEnded_LeaveNothing()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        var kept = new List<WeakReference>();
        for (var number = 0; number < 50; number++)
        {
            kept.Add(await BeginAndEndAsync(gateway));
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.Equal(0, gateway.Services.GetRequiredService<HttpSessions>().Count);
        // Some may hang on a thread that has just finished with them.
        Assert.True(kept.Count(static session => session.IsAlive) < 10);
    }

    [Fact]
    public async Task Metrics_Sessions_AreCountedByEvent()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        var (began, closed) = (Count(gateway, "began"), Count(gateway, "closed"));
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        using var ended = await client.SendAsync(HttpMethod.Delete, null);

        Assert.Equal((1, 1), (began(), closed()));
    }

    private static async Task<WeakReference> BeginAndEndAsync(McpGateway gateway)
    {
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        await client.CallAsync("getNote", """{"id":"1"}""");
        gateway.Services.GetRequiredService<HttpSessions>().TryUse(client.Session!, out var session);
        using var ended = await client.SendAsync(HttpMethod.Delete, null);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        return new WeakReference(session);
    }

    /// <summary>Counts <c>apetest.gateway.mcp.sessions</c> of that event from now on.</summary>
    private static Func<long> Count(McpGateway gateway, string happened)
    {
        long count = 0;
        var meters = gateway.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "apetest.gateway.mcp.sessions" && instrument.Meter.Scope == meters && instrument.Unit == "{session}")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.Length == 1 && tags[0].Key == "event" && tags[0].Value as string == happened)
            {
                Interlocked.Add(ref count, value);
            }
        });
        listener.Start();
        return () => Interlocked.Read(ref count);
    }
}
