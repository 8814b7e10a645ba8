using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ApeTest.Observability.ControlApi;
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
        var plan = Library();

        await client.SubmitAsync(plan, "name: library\n", inTurn: false, Cancellation);

        var lease = await host.Queue.ClaimAsync("w1", Cancellation);
        Assert.Equal((plan.Run, 7), (lease!.Plan.Run, lease.Block.Count));
        Assert.Equal("name: library\n", await File.ReadAllTextAsync(Path.Combine(host.RunsRoot, plan.Run, "scenario.resolved.yaml"), Cancellation));
        using var run = client.Run(plan.Run);
        Assert.Equal("library", (await run.GetRunAsync(Cancellation)).Scenario);
        Assert.Contains(await client.ListAsync(Cancellation), entry => entry.Run == plan.Run);
        var again = await Assert.ThrowsAsync<ApeTestException>(() => client.SubmitAsync(plan, "", inTurn: false, Cancellation));
        Assert.Equal((ExitCodes.Input, $"There is a run {plan.Run} already."), (again.ExitCode, again.Message));
    }

    [Fact]
    public async Task Submit_SeveralInTurnOnOneTarget_OneIsTakenAndTheOthersAreToldWhich()
    {
        await using var host = await CollectorHost.StartAsync();
        using var client = new CollectorClient(host.Url, host.Directory.ReadToken()!, TimeProvider.System);
        RunPlan[] plans = [.. Enumerable.Range(1, 8).Select(static number => Library($"20261121-140000-000{number}", number % 2 == 0 ? "http://127.0.0.1:5080" : "http://LOCALHOST:5080/shop"))];

        var answers = await Task.WhenAll(plans.Select(plan => client.SubmitAsync(plan, "", inTurn: true, Cancellation)));
        var elsewhere = await client.SubmitAsync(Library("20261121-140000-0010", "http://127.0.0.1:5081"), "", inTurn: true, Cancellation);
        var waitsForNobody = await client.SubmitAsync(Library("20261121-140000-0011", "http://127.0.0.1:5080"), "", inTurn: false, Cancellation);

        var taken = plans[Array.IndexOf(answers, null)].Run;
        Assert.All(answers, answer => Assert.True(answer is null || answer == taken, answer));
        Assert.Single(answers, static answer => answer is null);
        Assert.Equal((null, null), (elsewhere, waitsForNobody));
        Assert.Equal(["20261121-140000-0011", "20261121-140000-0010", taken], (await client.ListAsync(Cancellation)).Take(3).Select(static entry => entry.Run));
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
    [InlineData("run", "\"../../etc/x\"")]
    [InlineData("run", "null")]
    [InlineData("workers", "-3")]
    [InlineData("scenario", "null")]
    [InlineData("scenario", "[]")]
    [InlineData("scenario.name", "null")]
    [InlineData("scenario.name", "\"a\\u0000b\"")]
    [InlineData("scenario.name", "\"a\\n\\u001b[31m\"")]
    [InlineData("scenario.agents", "0")]
    [InlineData("scenario.agents", "-5")]
    [InlineData("scenario.agents", "2147483647")]
    [InlineData("scenario.agents", "99999999999")]
    [InlineData("scenario.duration", "\"-00:00:05\"")]
    [InlineData("scenario.target", "null")]
    [InlineData("scenario.target.url", "null")]
    [InlineData("scenario.target.url", "\"/x\"")]
    [InlineData("scenario.target.url", "\"file:///etc/passwd\"")]
    [InlineData("scenario.load", "null")]
    [InlineData("scenario.goals", "[null]")]
    [InlineData("scenario.thresholds", "[null]")]
    [InlineData("scenario.personas", "[null]")]
    [InlineData("scenario.data", "{\"user\":null}")]
    [InlineData("scenario.llm", "null")]
    public async Task Submit_HostilePlan_IsRefusedAndNothingIsQueued(string field, string value)
    {
        await using var host = await CollectorHost.StartAsync();
        var plan = JsonNode.Parse(RunPlanJson.Serialize(Library()))!;
        var path = field.Split('.');
        path[..^1].Aggregate(plan, static (at, name) => at[name]!)[path[^1]] = JsonNode.Parse(value);

        using var response = await PostAsync(host, ControlContract.RunsPath, new JsonObject { ["plan"] = plan, ["scenario"] = "" }.ToJsonString());

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(await host.Queue.ClaimAsync("w1", Cancellation));
        Assert.Single(Directory.GetDirectories(host.RunsRoot));
    }

    [Theory]
    [InlineData("/api/v1/gateway/shop/products?q=a%2Fb", "http://gateway/shop/products?q=a%2Fb")]
    [InlineData("/api/v1/gateway/shop/a%2Fb", "http://gateway/shop/a%2Fb")]
    [InlineData("/aaaaaaaaaaaaaa@evil.example/../api/v1/gateway/shop/x", null)]
    [InlineData("/a.evil.example/x/../../api/v1/gateway/shop/x", null)]
    [InlineData("http://127.0.0.1:5300/api/v1/gateway/shop/x", null)]
    [InlineData("/api/v1/%67ateway/shop/x", null)]
    [InlineData("/api/v1/gateway/shop/..\\..\\admin/faults", null)]
    [InlineData("/api/v1/gateway/shop/../admin/faults", null)]
    [InlineData("/api/v1/gateway/shop/%2E%2e/admin/faults", null)]
    [InlineData("/api/v1/gateway/admin/faults", null)]
    [InlineData("/api/v1/gateway/%61dmin/faults", null)]
    [InlineData("/api/v1/gateway/MCP/x", null)]
    [InlineData("/api/v1/gateway//evil.example/x", null)]
    public void Relay_Path_LeadsToATargetOfTheGatewayOrNowhere(string path, string? url) =>
        Assert.Equal(url, ServiceRelay.UrlOf(new Uri("http://gateway/"), path)?.AbsoluteUri);

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

    [Fact]
    public async Task LogLines_OfMoreProcessesThanARunMayHave_AreCountedAndNotKept()
    {
        await using var host = await CollectorHost.StartAsync();
        for (var i = 0; i < 1024; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(host.Directory.Logs, $"p{i}.jsonl"), "", Cancellation);
        }

        using var response = await PostAsync(host, LogShipment.Path + "?from=one-more", $"{{\"run\":\"{CollectorHost.Run}\"}}\n{{\"run\":\"{CollectorHost.Run}\"}}\n");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.False(File.Exists(Path.Combine(host.Directory.Logs, "one-more.jsonl")));
        Assert.Equal(2, host.Dropped.Total);
    }

    private static RunPlan Library(string run = "20261121-140000-0001", string target = "http://127.0.0.1:5080") => RunPlanner.Create(
        new Scenario { Name = "library", Target = new TargetSpec { Url = new Uri(target) }, Agents = 7 }, run, seed: 1);

    private static async Task<HttpResponseMessage> PostAsync(CollectorHost host, string path, string body)
    {
        using var http = new HttpClient { BaseAddress = host.Url, DefaultRequestHeaders = { { ControlContract.TokenHeader, host.Directory.ReadToken()! } } };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await http.PostAsync(path, content, Cancellation);
    }
}
