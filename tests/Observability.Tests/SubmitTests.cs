using System.Net;
using System.Text;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.ServiceDefaults.Logging;

namespace ApeTest.Observability.Tests;

/// <summary>What a collector takes from others: runs, and log lines of services.</summary>
public sealed class SubmitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_Plan_IsQueuedCollectedAndListed()
    {
        await using var host = await CollectorHost.StartAsync();
        using var client = new CollectorClient(host.Url, host.Directory.ReadToken()!, TimeProvider.System);
        var plan = RunPlanner.Create(new Scenario { Name = "library", Target = new TargetSpec { Url = new Uri("http://127.0.0.1:5080") }, Agents = 7 }, "20261121-140000-0001", seed: 1);

        await client.SubmitAsync(plan, "name: library\n", Cancellation);

        var lease = await host.Queue.ClaimAsync("w1", Cancellation);
        Assert.Equal((plan.Run, 7), (lease!.Plan.Run, lease.Block.Count));
        Assert.Equal("name: library\n", await File.ReadAllTextAsync(Path.Combine(host.RunsRoot, plan.Run, "scenario.resolved.yaml"), Cancellation));
        using var run = client.Run(plan.Run);
        Assert.Equal("library", (await run.GetRunAsync(Cancellation)).Scenario);
        Assert.Contains(await client.ListAsync(Cancellation), entry => entry.Run == plan.Run);
        var again = await Assert.ThrowsAsync<ApeTestException>(() => client.SubmitAsync(plan, "", Cancellation));
        Assert.Equal((ExitCodes.Input, $"There is a run {plan.Run} already."), (again.ExitCode, again.Message));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"plan":{},"scenario":""}""")]
    public async Task Submit_SomethingElse_IsRefused(string body)
    {
        await using var host = await CollectorHost.StartAsync();

        using var response = await PostAsync(host, ControlContract.RunsPath, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(await host.Queue.ClaimAsync("w1", Cancellation));
    }

    [Theory]
    [InlineData(ControlContract.GatewayPath + "/shop/products", "knows no gateway")]
    [InlineData(ControlContract.ModelPath + "?model=a/b", "knows no LLM proxy")]
    public async Task Relay_ServiceNotKnown_SaysWhichVariable(string path, string said)
    {
        await using var host = await CollectorHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url, DefaultRequestHeaders = { { ControlContract.TokenHeader, host.Directory.ReadToken()! } } };

        using var response = await http.GetAsync(path, Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains(said, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogLines_OfRunsThatAreHere_AreKeptByRunAndProcess()
    {
        await using var host = await CollectorHost.StartAsync();
        var mine = $$"""{"ts":"2026-11-21T13:15:02.114Z","service":"agent","run":"{{CollectorHost.Run}}"}""";

        using var response = await PostAsync(host, LogShipment.Path + "?from=agent-w1/../x", $"{mine}\nno json\n{{\"run\":\"../../etc\"}}\n{{\"run\":\"20261121-140000-9999\"}}\n{{\"ts\":\"2026\"}}\n");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var file = Assert.Single(Directory.GetFiles(new RunDirectory(host.Directory.Path).Logs, "agent*"));
        Assert.Equal("agent-w1____x.jsonl", Path.GetFileName(file));
        Assert.Equal(mine + "\n", await File.ReadAllTextAsync(file, Cancellation));
        Assert.Single(Directory.GetDirectories(host.RunsRoot));
    }

    private static async Task<HttpResponseMessage> PostAsync(CollectorHost host, string path, string body)
    {
        using var http = new HttpClient { BaseAddress = host.Url, DefaultRequestHeaders = { { ControlContract.TokenHeader, host.Directory.ReadToken()! } } };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await http.PostAsync(path, content, Cancellation);
    }
}
