using System.Text.Json.Nodes;
using ApeTest.Agent;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Input;
using ApeTest.Cli.Readiness;
using ApeTest.Gateway;
using ApeTest.LlmProxy;
using ApeTest.LlmProxy.Options;
using ApeTest.Observability;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Planning;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Shop;
using ApeTest.Targets;
using ApeTest.Targets.Faults;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>
/// The services of a stack, as they stand while runs come and go: shop, proxy, gateway, collector and some agents, each on a port of its own,
/// composed by the same calls as everywhere. Prometheus sees what it sees in compose; in a run of one process they end with the run.
/// </summary>
internal sealed class TelemetryStack : IAsyncDisposable
{
    private const string Key = "proxy-key";

    private readonly TempDirectory _directory;
    private readonly MemoryRunQueue _queue = new(TimeProvider.System);
    private readonly List<(string Job, EmbeddedService Service)> _services = [];
    private int _journeys;
    private int _steps;
    private EmbeddedService? _shop;
    private EmbeddedService? _collector;

    private TelemetryStack(TempDirectory directory) => _directory = directory;

    /// <summary>What to scrape.</summary>
    public IEnumerable<(string Job, string Address)> Targets => _services.Select(service => (service.Job, service.Service.Url.Authority));

    /// <summary>The services' containers.</summary>
    public IEnumerable<(string Job, IServiceProvider Services)> Hosts => _services.Select(service => (service.Job, service.Service.Services));

    /// <param name="directory">Where runs and logs go.</param>
    /// <param name="workers">How many agents' processes.</param>
    /// <param name="faults">Share of the requests to which the gateway injects 503.</param>
    /// <param name="journeys">How many journeys there are beside the goal.</param>
    /// <param name="steps">Steps of each.</param>
    /// <param name="latency">What the shop adds to each request.</param>
    public static async Task<TelemetryStack> StartAsync(TempDirectory directory, int workers = 1, double faults = 0, int journeys = 0, int steps = 2, TimeSpan latency = default)
    {
        var stack = new TelemetryStack(directory) { _journeys = journeys, _steps = steps };
        stack._shop = await stack.StartAsync("shop", builder => builder.AddShop(DemonstrationScenario.Shop with { AddedLatency = latency }), app => app.MapShop(), guard: false);
        var scenario = ScenarioLoader.Load(stack.Sources(agents: 1, [])).ThrowIfInvalid();
        var gatewayFile = new GatewayFile { Targets = [TargetOptions.From(scenario.Target)] };
        if (faults > 0)
        {
            gatewayFile.Faults.Add(new FaultOptions { Name = "errors", Share = faults, Status = 503, Seed = 1 });
        }
        var gateway = await stack.StartAsync("gateway", builder => builder.AddGateway(new GatewayOptions { File = gatewayFile }), app => app.MapGateway());
        var options = RunProxy.Options(scenario.Llm, Key, _ => null);
        // So that there is a cost to look at, below the run's usual limit of one dollar.
        options.Prices["builtin/planner"] = new PriceOptions { Prompt = 0.05m, Completion = 0.2m };
        var proxy = await stack.StartAsync("llm-proxy", builder => builder.AddLlmProxy(options), app => app.MapLlmProxy());
        stack._collector = await stack.StartAsync("collector", builder =>
        {
            builder.Services.AddSingleton<IRunQueue>(stack._queue);
            builder.AddCollector(new CollectorOptions { RunsRoot = RunDirectory.RunsRoot(directory.Path), Mode = "embedded", Feed = "partial" });
        }, app => app.MapCollector());
        for (var i = 0; i < workers; i++)
        {
            var agent = new AgentOptions
            {
                GatewayUrl = gateway.Url, LlmProxyUrl = proxy.Url, ProxyKey = Key, WorkerName = $"worker-{i}", ClaimInterval = TimeSpan.FromMilliseconds(20 + (i * 20)),
                // So that each of them gets some.
                MaxBlocks = workers == 1 ? int.MaxValue : 6,
            };
            await stack.StartAsync("agent", builder =>
            {
                builder.Services.AddSingleton<IRunQueue>(stack._queue);
                builder.AddAgents(agent);
            }, _ => { });
        }
        return stack;
    }

    /// <summary>Runs the shop's scenario to its end.</summary>
    public async Task<RunSummary> RunAsync(int agents, params (string Key, string Value)[] more)
    {
        var scenario = ScenarioLoader.Load(Sources(agents, more)).ThrowIfInvalid();
        using var http = new HttpClient();
        var document = await http.GetStringAsync(new Uri(_shop!.Url, ShopExtensions.OpenApiPath), TestContext.Current.CancellationToken);
        var catalog = TargetCatalog.Import(scenario.Target.Url, new OpenApiText(document, ShopExtensions.OpenApiPath), null, null);
        var judged = OracleCheck.Judge(scenario, catalog);
        var run = RunId.New(TimeProvider.System, new Random(Environment.TickCount));
        var plan = RunPlanner.Create(judged.Scenario, run, seed: 42, openApiDocument: document, oracle: judged.Oracle);
        await _queue.SubmitAsync(plan, TestContext.Current.CancellationToken);
        var collected = _collector!.Services.GetRequiredService<RunCollector>().Collect(plan, RunDirectory.Create(RunDirectory.RunsRoot(_directory.Path), run), "", null);
        return await collected.Completion.WaitAsync(TimeSpan.FromMinutes(4), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _services.Count - 1; i >= 0; i--)
        {
            await _services[i].Service.DisposeAsync();
        }
        _queue.Dispose();
    }

    private ScenarioSources Sources(int agents, (string Key, string Value)[] more)
    {
        var values = new Dictionary<string, string> { ["agents"] = $"{agents}" };
        foreach (var (key, value) in more)
        {
            values[key] = value;
        }
        return new ScenarioSources { Text = Scenario(), TextName = "sample shop", BaseDirectory = _directory.Path, CommandLine = values };
    }

    /// <summary>The shop's own scenario; with journeys, a look at the products beside it, which no planner repeats when it fails.</summary>
    private string Scenario()
    {
        var text = DemonstrationScenario.Text(_shop!.Url);
        if (_journeys == 0)
        {
            return text;
        }
        var scenario = JsonNode.Parse(text)!;
        scenario["gateway"] = "remote";
        // What an oracle asks for itself is no action of the agent's: the summary's requests would be fewer than the gateway's.
        scenario["goals"]![0]!["success"] = "checkout=201";
        scenario["telemetry"] = JsonNode.Parse("""{ "sample": 0.5 }""");
        scenario["journeys"] = new JsonArray([.. Enumerable.Range(0, _journeys).Select(Journey)]);
        return scenario.ToJsonString();
    }

    // Each looks at the products, step for step.
    private JsonObject Journey(int number) => new()
    {
        ["name"] = $"look-{number}",
        ["weight"] = 2,
        ["steps"] = new JsonArray([.. Enumerable.Range(0, _steps).Select(step => new JsonObject { ["name"] = $"products-{number}-{step}", ["get"] = "/products", ["check"] = 200 })]),
    };

    private async Task<EmbeddedService> StartAsync(string job, Action<WebApplicationBuilder> add, Action<WebApplication> map, bool guard = true)
    {
        var options = new ServiceOptions { Service = job, LogDirectory = Path.Combine(_directory.Path, "logs", $"{_services.Count}"), Guard = guard };
        var service = await EmbeddedService.StartAsync(options, ServiceUrls.FreeLoopback, TimeProvider.System, add, map, TestContext.Current.CancellationToken);
        _services.Add((job, service));
        return service;
    }
}
