using System.Collections.Concurrent;
using System.Diagnostics;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Shop.Tests.Hosting;

/// <summary>The shop as a process of its own, which is where the environment variables of OpenTelemetry count.</summary>
public class ShopProcessTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Run_OtlpEndpointSet_ExportsTracesMetricsAndLogs()
    {
        var bodies = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(ServiceUrls.FreeLoopback);
        await using var receiver = builder.Build();
        receiver.MapPost("/v1/{signal}", async (string signal, HttpContext context) =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            bodies.AddOrUpdate(signal, _ => body.ToArray(), (_, before) => [.. before, .. body.ToArray()]);
        });
        await receiver.StartAsync(TestContext.Current.CancellationToken);

        using var shop = Start(("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.BoundUrl().ToString()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        try
        {
            var url = await ListensOnAsync(shop);
            using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = url };
            using var request = new HttpRequestMessage(HttpMethod.Get, "/products");
            request.Headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");
            (await client.SendAsync(request, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
            Assert.Equal(0, await StopAsync(shop));
        }
        finally
        {
            Kill(shop);
        }

        // Its end flushes all three.
        Assert.Equal(["logs", "metrics", "traces"], bodies.Keys.Order());
        var traceId = Convert.FromHexString(TraceId);
        Assert.True(bodies["traces"].AsSpan().IndexOf(traceId) >= 0, "the span carries the caller's trace id");
        Assert.True(bodies["logs"].AsSpan().IndexOf(traceId) >= 0, "the log line carries the caller's trace id");
        Assert.True(bodies["metrics"].AsSpan().IndexOf("http.server.request.duration"u8) >= 0);
    }

    [Fact]
    public async Task Run_AddressInUse_Exit3WithAdvice()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(ServiceUrls.FreeLoopback);
        await using var occupant = builder.Build();
        await occupant.StartAsync(TestContext.Current.CancellationToken);

        using var shop = Start(occupant.BoundUrl().ToString());
        try
        {
            var error = await shop.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
            await shop.WaitForExitAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
            Assert.Equal(3, shop.ExitCode);
            Assert.Contains("--urls", error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }
        finally
        {
            Kill(shop);
        }
    }

    private static Process Start(params (string Name, string Value)[] variables)
    {
        return Start(ServiceUrls.FreeLoopback, variables);
    }

    private static Process Start(string url, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Requires.Command("dotnet"), [Path.Combine(AppContext.BaseDirectory, "ApeTest.Shop.dll"), "--urls", url])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task<Uri> ListensOnAsync(Process shop)
    {
        const string announcement = "shop listens on ";
        var line = await shop.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Within(TestContext.Current.CancellationToken);
        Assert.StartsWith(announcement, line, StringComparison.Ordinal);
        return new Uri(line![announcement.Length..]);
    }

    private static async Task<int> StopAsync(Process shop)
    {
        Requires.That(!OperatingSystem.IsWindows(), "there is no SIGTERM on Windows");
        using var kill = Process.Start(Requires.Command("kill"), ["-TERM", shop.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await shop.WaitForExitAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        return shop.ExitCode;
    }

    private static void Kill(Process shop)
    {
        if (!shop.HasExited)
        {
            shop.Kill(entireProcessTree: true);
        }
    }
}
