using System.Collections.Concurrent;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Chat;

public sealed class TtftTests
{
    [Fact]
    public async Task Ttft_UnderFakeTime_IsExact()
    {
        var clock = new FakeTimeProvider();
        var release = new ConcurrentDictionary<string, TaskCompletionSource>(StringComparer.Ordinal);
        TaskCompletionSource Gate(string name) => release.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var upstream = await FakeChatServer.StartAsync();
        upstream.OnChat = async context =>
        {
            Gate("arrived").SetResult();
            await Gate("role").Task;
            await FakeChatServer.WriteAsync(context, ": keep-alive\n\n", Events.Role, Events.Content(""));
            await Gate("token").Task;
            await FakeChatServer.WriteAsync(context, Events.Content("Hel"));
            await Gate("rest").Task;
            await FakeChatServer.WriteAsync(context, Events.Content("lo"), Events.Finish, Events.Usage, Events.Done);
        };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream), clock);
        var token = TestContext.Current.CancellationToken;

        var sending = proxy.SendAsync(ProxyHost.Chat());
        await Gate("arrived").Task.Within(token);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Gate("role").SetResult();
        using var response = await sending.Within(token);
        await using var stream = await response.Content.ReadAsStreamAsync(token);
        using var reader = new StreamReader(stream);
        await UntilAsync(reader, "\"content\":\"\"", 2); // role and empty content have passed the proxy: neither counts
        clock.Advance(TimeSpan.FromMilliseconds(200));
        Gate("token").SetResult();
        await UntilAsync(reader, "Hel", 1);
        clock.Advance(TimeSpan.FromMilliseconds(600));
        Gate("rest").SetResult();
        var rest = await reader.ReadToEndAsync(token);

        var measure = ProxyHost.Measure(rest);
        Assert.Equal(0.3, (double)measure["ttft_s"]!, 9);
        Assert.Equal(0.9, (double)measure["duration_s"]!, 9);
        Assert.Equal(0.0, (double)measure["queue_s"]!, 9);
    }

    private static async Task UntilAsync(StreamReader reader, string text, int times)
    {
        while (times > 0)
        {
            var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(line);
            times -= line.Contains(text, StringComparison.Ordinal) ? 1 : 0;
        }
    }
}

/// <summary>Alone on the machine's cores as far as this assembly goes: the clock is real.</summary>
[CollectionDefinition(nameof(RealClock), DisableParallelization = true)]
public sealed class RealClock;

[Collection(nameof(RealClock))]
public sealed class RealClockTtftTests
{
    private const int Streams = 10;
    private const int Rounds = 10;

    [Fact]
    public async Task Ttft_TenStreams_AgreesWithTheServersOwnTimestamps()
    {
        var own = new ConcurrentDictionary<string, TimeSpan>(StringComparer.Ordinal);
        await using var upstream = await FakeChatServer.StartAsync();
        upstream.OnChat = async context =>
        {
            var began = TimeProvider.System.GetTimestamp();
            await FakeChatServer.WriteAsync(context, ": keep-alive\n\n", Events.Role);
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, context.RequestAborted);
            own[context.Request.Headers["X-Request-Id"].ToString()] = TimeProvider.System.GetElapsedTime(began);
            await FakeChatServer.WriteAsync(context, Events.Content("Hel"));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, context.RequestAborted);
            await FakeChatServer.WriteAsync(context, Events.Content("lo"), Events.Finish, Events.Usage, Events.Done);
        };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream));
        await RoundAsync(proxy, own, -1); // connections and code are warm afterwards

        List<double> errors = [];
        for (var round = 0; round < Rounds; round++)
        {
            errors.AddRange(await RoundAsync(proxy, own, round));
        }

        errors.Sort();
        var (median, p99) = (errors[errors.Count / 2], errors[(int)(errors.Count * 0.99) - 1]);
        Assert.True(median < 0.005 && p99 < 0.025, $"TTFT differs from the server's own: median {median * 1000:0.00} ms, p99 {p99 * 1000:0.00} ms");
    }

    private static async Task<double[]> RoundAsync(ProxyHost proxy, ConcurrentDictionary<string, TimeSpan> own, int round) =>
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(async stream =>
        {
            var id = $"{round}-{stream}";
            var request = ProxyHost.Chat();
            request.Headers.Add("X-Request-Id", id);
            var (_, body) = await proxy.ReadAsync(request);
            return Math.Abs((double)ProxyHost.Measure(body)["ttft_s"]! - own[id].TotalSeconds);
        }));
}
