using System.Security.Cryptography;
using ApeTest.Agent;
using ApeTest.Agent.Sessions;
using ApeTest.Cli.Samples;
using ApeTest.Gateway;
using ApeTest.LlmProxy;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Models;
using ApeTest.Observability;
using ApeTest.Observability.Collecting;
using ApeTest.Observability.Dashboard;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.Shop;
using ApeTest.Targets.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Cli.Embedded;

/// <summary>
/// Everything that a run needs, in this process: each service a web application of its own on a free loopback port, with a service token
/// and a proxy key that live as long as the run. The services speak HTTP to each other, as they do when distributed.
/// </summary>
internal sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly CliEnvironment _environment;
    private readonly RunDirectory _directory;
    private readonly string _token;
    private readonly string _proxyKey;
    private readonly IRunQueue _queue;
    private readonly List<EmbeddedService> _services = [];
    private readonly List<RecordsDropped> _dropped = [];
    private readonly ScrapeTargets _targets;
    private readonly Lock _lock = new();
    private EmbeddedService? _gateway;
    private EmbeddedService? _proxy;
    private EmbeddedService? _collector;

    /// <summary>With the agents in this process too.</summary>
    public EmbeddedHost(CliEnvironment environment, RunDirectory directory)
        : this(environment, directory, new MemoryRunQueue(environment.Time), NewSecret(), NewSecret())
    {
    }

    /// <summary>With agents in processes of their own, which take their runs from <paramref name="queue"/> and show <paramref name="token"/> to gateway and proxy alike.</summary>
    public EmbeddedHost(CliEnvironment environment, RunDirectory directory, PostgresRunQueue queue, string token)
        : this(environment, directory, queue, token, token)
    {
    }

    private EmbeddedHost(CliEnvironment environment, RunDirectory directory, IRunQueue queue, string token, string proxyKey)
    {
        (_environment, _directory, _queue, _token, _proxyKey) = (environment, directory, queue, token, proxyKey);
        _targets = new ScrapeTargets(directory, environment.Time);
    }

    /// <summary>The queue that the collector watches and the agents claim from.</summary>
    public IRunQueue Queue => _queue;

    /// <summary>Agents that fit in this process: a run is scaled no further. Null: any number.</summary>
    public int? Room
    {
        set
        {
            switch (_queue)
            {
                case MemoryRunQueue memory:
                    memory.Room = value;
                    break;
                case PostgresRunQueue postgres:
                    postgres.Room = value;
                    break;
            }
        }
    }

    /// <summary>Where the gateway listens; null without one.</summary>
    public Uri? GatewayUrl => _gateway?.Url;

    /// <summary>Where the LLM proxy listens; null without one.</summary>
    public Uri? LlmProxyUrl => _proxy?.Url;

    /// <summary>Tells whether a model can be used. After <see cref="StartLlmProxyAsync"/>.</summary>
    public ILlmReadiness Models => _proxy!.Services.GetRequiredService<ILlmReadiness>();

    /// <summary>Whether the cassette has all of the run; null without an LLM proxy.</summary>
    public ICassetteReport? Cassette => _proxy?.Services.GetRequiredService<ICassetteReport>();

    /// <summary>Begins to collect a submitted run, and offers it through the control API. After <see cref="StartCollectorAsync"/>.</summary>
    public CollectedRun Collect(RunPlan plan, string resolvedScenario) =>
        _collector!.Services.GetRequiredService<RunCollector>().Collect(plan, _directory, resolvedScenario, _collector.Url);

    /// <summary>A link that opens the dashboard at a run in one browser, once. After <see cref="StartCollectorAsync"/>.</summary>
    public Uri Dashboard(string run) => _collector!.Services.GetRequiredService<DashboardKeys>().Link(_collector.Url, run);

    /// <summary>Starts the sample shop and returns where it listens.</summary>
    public async Task<Uri> StartShopAsync(ShopOptions shop, CancellationToken cancellationToken)
    {
        // The target's clients are strangers to our guard, as any application's users are.
        var service = await StartAsync(ShopExtensions.Service, token: null, guard: false,
            builder => builder.AddShop(shop), app => app.MapShop(), cancellationToken);
        return service.Url;
    }

    /// <summary>Starts the sample target of that name and returns where it listens.</summary>
    public Task<Uri> StartSampleAsync(string name, CancellationToken cancellationToken) => SampleTarget.Find(name).StartAsync(
        (service, guard, _, add, map, token) => StartAsync(service, token: null, guard, add, map, token), cancellationToken);

    /// <summary>Starts the LLM proxy.</summary>
    public async Task StartLlmProxyAsync(LlmSpec llm, CancellationToken cancellationToken)
    {
        var options = RunProxy.Options(llm, _proxyKey, name => _environment.Variables.GetValueOrDefault(name));
        // Its clients show a proxy key, not the service token.
        _proxy = await StartAsync("llm-proxy", token: null, guard: true, builder => builder.AddLlmProxy(options), app => app.MapLlmProxy(), cancellationToken);
    }

    /// <summary>Starts the gateway to <paramref name="target"/>.</summary>
    public async Task StartGatewayAsync(TargetSpec target, CancellationToken cancellationToken)
    {
        var options = new GatewayOptions { File = new GatewayFile { Targets = [TargetOptions.From(target)] } };
        _gateway = await StartAsync("gateway", _token, guard: true, builder => builder.AddGateway(options), app => app.MapGateway(), cancellationToken);
    }

    /// <summary>Starts the collector with the control API.</summary>
    public async Task StartCollectorAsync(CancellationToken cancellationToken)
    {
        var options = new CollectorOptions { RunsRoot = _environment.RunsRoot, Mode = _queue is MemoryRunQueue ? "embedded" : "distributed", Feed = PackageFeed.Name, OtherDrops = DroppedByServices };
        // The token that `status` and `stop` read from the run directory.
        _collector = await StartAsync("collector", _directory.ReadToken(), guard: true, builder =>
        {
            builder.Services.AddSingleton(_queue);
            builder.AddCollector(options);
        }, app => app.MapCollector(), cancellationToken);
    }

    /// <summary>Starts the agents: they claim what is submitted to <see cref="Queue"/>. After gateway and proxy, where the run needs them. The observer is told what sessions do; null: nobody. They hold at most so many connections on each way; null: any number.</summary>
    public Task StartAgentsAsync(ISessionObserver? observer, int? connections, CancellationToken cancellationToken)
    {
        var options = Agents(connections);
        options.Observer = observer;
        return StartAsync("agent", _token, guard: true, builder =>
        {
            builder.Services.AddSingleton(_queue);
            builder.AddAgents(options);
        }, _ => { }, cancellationToken);
    }

    /// <summary>Names agents of other processes to Prometheus, beside the services of this one.</summary>
    public void Watch(IEnumerable<Uri> workers) => _targets.Add("agent", workers);

    /// <summary>Options of an agent in this process. After gateway and proxy, where the run needs them.</summary>
    public AgentOptions Agents(int? connections) => new()
    {
        GatewayUrl = _gateway?.Url,
        LlmProxyUrl = _proxy?.Url,
        Token = _token,
        ProxyKey = _proxyKey,
        WorkerName = "embedded",
        ClaimInterval = TimeSpan.FromMilliseconds(10),
        // The run is over, or everything was cancelled, before the host stops.
        ShutdownDrain = TimeSpan.Zero,
        MaxConnections = connections ?? int.MaxValue,
    };

    /// <summary>Stops everything, agents first, within a few seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        _targets.Dispose();
        // Users of a service are started after it: they go first, and nobody calls a service that is gone.
        for (var i = _services.Count - 1; i >= 0; i--)
        {
            await _services[i].DisposeAsync();
        }
        if (_queue is IAsyncDisposable distributed)
        {
            await distributed.DisposeAsync();
        }
        (_queue as IDisposable)?.Dispose();
    }

    private async Task<EmbeddedService> StartAsync(string service, string? token, bool guard,
        Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder> add, Action<Microsoft.AspNetCore.Builder.WebApplication> map, CancellationToken cancellationToken)
    {
        var options = new ServiceOptions { Service = service, LogDirectory = _directory.Logs, Run = _directory.Run, Token = token, Guard = guard, MetricsNeedToken = false };
        var started = await EmbeddedService.StartAsync(options, ServiceUrls.FreeLoopback, _environment.Time, add, map, cancellationToken);
        lock (_lock)
        {
            _services.Add(started);
            _dropped.Add(started.Services.GetRequiredService<RecordsDropped>());
        }
        _targets.Add(service, started.Url);
        return started;
    }

    /// <summary>Log lines and the like that the services dropped so far.</summary>
    private long DroppedByServices()
    {
        lock (_lock)
        {
            return _dropped.Sum(dropped => dropped.Total);
        }
    }

    private static string NewSecret() => RandomNumberGenerator.GetHexString(64, lowercase: true);
}
