using System.Text.Json;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.ServiceDefaults.Tests.Logging;

public class ServiceLoggingTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Request_WithTraceAndBaggage_BothAreOnTheLine()
    {
        using var directory = new TempDirectory();
        await using (var service = await StartAsync(directory))
        {
            (await service.SendAsync(HttpMethod.Get, "/work", headers =>
            {
                headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");
                headers.Add("baggage", "ape.run=r1,ape.session=3-2,ape.agent=3,ape.action=4");
            })).EnsureSuccessStatusCode();
        }

        var line = Assert.Single(Lines(directory, "gateway"));
        Assert.Equal("work.done", line.GetProperty("event").GetString());
        Assert.Equal("gateway", line.GetProperty("service").GetString());
        Assert.Equal(TraceId, line.GetProperty("trace_id").GetString());
        Assert.Equal(16, line.GetProperty("span_id").GetString()!.Length);
        Assert.Equal("r1", line.GetProperty("run").GetString());
        Assert.Equal("3", line.GetProperty("agent").GetString());
        Assert.Equal("3-2", line.GetProperty("session").GetString());
        Assert.Equal("4", line.GetProperty("action").GetString());
        Assert.Equal("***", line.GetProperty("access_token").GetString());
        Assert.Equal("work done with ***", line.GetProperty("msg").GetString());
    }

    [Fact]
    public async Task Request_WithoutBaggage_RunComesFromOptions()
    {
        using var directory = new TempDirectory();
        await using (var service = await StartAsync(directory))
        {
            (await service.SendAsync(HttpMethod.Get, "/work")).EnsureSuccessStatusCode();
        }

        var line = Assert.Single(Lines(directory, "gateway"));
        Assert.Equal("run-of-host", line.GetProperty("run").GetString());
        Assert.False(line.TryGetProperty("session", out _));
    }

    [Fact]
    public async Task TwoHosts_OneProcess_LogToFilesOfTheirOwn()
    {
        using var directory = new TempDirectory();
        await using (var first = await StartAsync(directory, "gateway"))
        await using (var second = await StartAsync(directory, "llm-proxy"))
        {
            await first.SendAsync(HttpMethod.Get, "/work");
            await second.SendAsync(HttpMethod.Get, "/work");
            await second.SendAsync(HttpMethod.Get, "/work");
        }

        Assert.Single(Lines(directory, "gateway"));
        Assert.Equal(2, Lines(directory, "llm-proxy").Count);
    }

    [Fact]
    public async Task Framework_Information_IsQuiet()
    {
        using var directory = new TempDirectory();
        await using (var service = await StartAsync(directory))
        {
            var loggers = service.App.Services.GetRequiredService<ILoggerFactory>();
            foreach (var category in (string[])["Microsoft.X", "System.X", "Yarp.X"])
            {
                var logger = loggers.CreateLogger(category);
                Assert.False(logger.IsEnabled(LogLevel.Information));
                Assert.True(logger.IsEnabled(LogLevel.Warning));
            }

            Assert.True(loggers.CreateLogger("ApeTest.X").IsEnabled(LogLevel.Information));
        }

        Assert.Empty(Lines(directory, "gateway"));
    }

    [Fact]
    public async Task Dispose_ManyQueuedLines_AllAreWritten()
    {
        using var directory = new TempDirectory();
        await using (var service = await StartAsync(directory))
        {
            var logger = service.App.Services.GetRequiredService<ILogger<ServiceLoggingTests>>();
            for (var i = 0; i < 5000; i++)
            {
                Work.Log(logger, "x");
            }
        }

        Assert.Equal(5000, Lines(directory, "gateway").Count);
    }

    [Fact]
    public async Task AddServiceDefaults_LogDirectoryIsAFile_SaysSo()
    {
        using var directory = new TempDirectory();
        var file = directory.Write("taken", "x");
        var error = await Assert.ThrowsAsync<ServiceStartException>(() => TestService.StartAsync(new ServiceOptions { Service = "gateway", LogDirectory = file }));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddServiceDefaults_LokiIsNoUrl_SaysSo()
    {
        var error = await Assert.ThrowsAsync<ServiceStartException>(() =>
            TestService.StartAsync(new ServiceOptions { Service = "gateway" }, configuration: [(EnvironmentNames.Loki, "loki:3100")]));
        Assert.Contains("APETEST_LOKI", error.Message, StringComparison.Ordinal);
    }

    private static Task<TestService> StartAsync(TempDirectory directory, string name = "gateway")
    {
        return TestService.StartAsync(new ServiceOptions { Service = name, LogDirectory = directory.Path, Run = "run-of-host" }, map: Work.Map);
    }

    private static List<JsonElement> Lines(TempDirectory directory, string service)
    {
        var file = directory.Combine(service + ".jsonl");
        return File.Exists(file) ? [.. File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement)] : [];
    }
}
