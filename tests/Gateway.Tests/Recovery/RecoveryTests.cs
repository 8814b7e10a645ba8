using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Targets.Http;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Recovery;

/// <summary>The target is killed and restarted under load: the gateway recovers by itself, and every request is accounted for.</summary>
public sealed partial class RecoveryTests : ForwardingTest
{
    private const int Clients = 16;
    private const int Restarts = 3;

    /// <summary>Answers that are waited for in each phase, so that the load meets the target both alive and dead.</summary>
    private const int Phase = 200;

    [Fact]
    public async Task Forward_TargetRestarts_EveryRequestIsAccountedFor()
    {
        await using var target = new RestartedTarget(static async context =>
        {
            // Some under way at any time, their bodies too.
            await context.Response.WriteAsync("first ");
            await context.Response.Body.FlushAsync();
            await Task.Yield();
            await context.Response.WriteAsync("second");
        });
        await target.StartAsync();
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);
        var answers = new ConcurrentQueue<Answer>();
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => LoadAsync(gateway.Url, answers, stop.Token)));

        for (var i = 0; i < Restarts; i++)
        {
            await UntilAsync(answers, static answer => answer is { Status: 200, IsWhole: true });
            await target.KillAsync();
            await UntilAsync(answers, static answer => answer.Error is not null);
            await target.StartAsync();
        }
        await UntilAsync(answers, static answer => answer is { Status: 200, IsWhole: true });
        await stop.CancelAsync();
        await load.Within(Cancellation);

        // Nothing hangs, and nobody got anything but an answer of the target, the gateway's own, or one that broke with the target's.
        Assert.All(answers, static answer => Assert.True(
            answer is { Status: 200, Error: null } or { Status: 502, Error: "connect" or "reset", IsWhole: true } or { Status: 0, IsWhole: false }, answer.ToString()));
        Assert.All(answers, static answer => Assert.True(answer.Status == 0 || answer.ShownTrace == answer.Trace, answer.ToString()));

        // One line for each: what failed names its error.
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < answers.Count; i++)
        {
            var line = await log.NextAsync();
            lines.Add((string)line["Path"]!, (string)line["ErrorType"]!);
        }
        Assert.Empty(log.Lines);
        Assert.Empty(log.Complaints);
        Assert.All(answers, answer => Assert.Equal(answer.Failure ?? "none", lines[$"/orders/{answer.Trace}"]));

        // The counters say the same as the clients.
        Assert.Equal(
            answers.GroupBy(static answer => answer.Failure is { } failure ? $"none {failure}" : "2xx ").ToDictionary(static group => group.Key, static group => group.Count()),
            await CountersAsync(gateway));
    }

    [Fact]
    public async Task Forward_ThroughTheTransport_FailuresAreDataAndTheTargetComesBack()
    {
        await using var target = new RestartedTarget(static context => context.Response.WriteAsync("ok"));
        await target.StartAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(30), TimeProvider.System);
        var request = new TargetRequest { Method = HttpMethod.Get, Url = target.Url, Target = "shop" };
        Assert.Equal(200, (await transport.SendAsync(request, Cancellation)).Status);

        await target.KillAsync();
        var exchanges = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => transport.SendAsync(request, Cancellation).AsTask()));
        await target.StartAsync();

        Assert.All(exchanges, static exchange =>
        {
            Assert.Equal((0, true), (exchange.Status, exchange.ErrorType is TargetErrors.Connect or TargetErrors.Reset));
            Assert.True(TraceHeaders.IsValid(exchange.Trace));
        });
        Assert.Equal(200, (await transport.SendAsync(request, Cancellation)).Status);
    }

    [GeneratedRegex("""^apetest_gateway_requests_total\{(?<labels>[^}]*)\} (?<value>[0-9.e+]+)""", RegexOptions.Multiline)]
    private static partial Regex Counter { get; }

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"")]
    private static partial Regex Label { get; }

    private static async Task LoadAsync(Uri gateway, ConcurrentQueue<Answer> answers, CancellationToken stop)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = gateway, Timeout = TestTimeouts.Default };
        while (!stop.IsCancellationRequested)
        {
            var trace = ActivityTraceId.CreateRandom().ToHexString();
            using var request = new HttpRequestMessage(HttpMethod.Get, $"shop/orders/{trace}");
            request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
            var answer = new Answer(trace, 0, null, null, IsWhole: false);
            try
            {
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
                answer = answer with
                {
                    Status = (int)response.StatusCode,
                    Error = response.Headers.TryGetValues("X-Ape-Error", out var error) ? error.Single() : null,
                    ShownTrace = response.Headers.TryGetValues("X-Trace-Id", out var shown) ? shown.Single() : null,
                };
                await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
                answer = answer with { IsWhole = true };
            }
            catch (HttpRequestException)
            {
                // The target's answer broke, hence the gateway's: it may have taken the headers with it.
            }
            answers.Enqueue(answer);
        }
    }

    /// <summary>Waits for a number of new answers of a kind.</summary>
    private static async Task UntilAsync(ConcurrentQueue<Answer> answers, Func<Answer, bool> kind)
    {
        var before = answers.Count(kind);
        using var limit = new CancellationTokenSource(TestTimeouts.Default, TimeProvider.System);
        while (answers.Count(kind) < before + Phase)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
        }
    }

    private async Task<Dictionary<string, int>> CountersAsync(TestService gateway)
    {
        using var metrics = await SendAsync(gateway, "/metrics");
        var counters = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Match match in Counter.Matches(await metrics.Content.ReadAsStringAsync(Cancellation)))
        {
            var labels = Label.Matches(match.Groups["labels"].Value).ToDictionary(static label => label.Groups["name"].Value, static label => label.Groups["value"].Value);
            Assert.Equal("shop", labels["target"]);
            counters[$"{labels["status_class"]} {labels.GetValueOrDefault("error_type")}"] = (int)double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
        }
        return counters;
    }

    private sealed record Answer(string Trace, int Status, string? Error, string? ShownTrace, bool IsWhole)
    {
        /// <summary>How it failed, in the words of the access log; null: it did not. What broke under way was reset by the target.</summary>
        public string? Failure => Error ?? (IsWhole ? null : TargetErrors.Reset);
    }
}
