using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ApeTest.Agent;
using ApeTest.Cli.Embedded;
using ApeTest.Gateway;
using ApeTest.LlmProxy;
using ApeTest.LlmProxy.Options;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Times;

/// <summary>
/// A worker, LLM proxy and gateway as they are composed embedded, or with the gateway as a process of its own, and a model and a target that take a known time.
/// Timers fire late, so that model and target tell how long they took indeed.
/// </summary>
internal sealed class InjectedTimes : IAsyncDisposable
{
    /// <summary>Actions of a session.</summary>
    public const int Actions = 12;

    private const string OpenApi =
        """{"openapi":"3.0.3","info":{"title":"Items","version":"1"},"paths":{"/items":{"get":{"operationId":"listItems","responses":{"200":{"description":"ok"}}}}}}""";

    private readonly TempDirectory _directory = new();
    private readonly List<IAsyncDisposable> _started = [];
    private readonly MemoryRunQueue _queue = new(TimeProvider.System);
    private readonly ConcurrentQueue<double> _modelDelays = new();
    private readonly ConcurrentQueue<double> _targetDelays = new();
    private Uri _target = null!;
    private int _runs;

    private InjectedTimes()
    {
    }

    /// <summary>Think time before each action but the first.</summary>
    public static TimeSpan Think { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Delay of the model.</summary>
    public static TimeSpan Model { get; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Delay of the gateway.</summary>
    public static TimeSpan Gateway { get; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Delay of the target.</summary>
    public static TimeSpan Target { get; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Seconds that each model call of the last run took at the provider.</summary>
    public IReadOnlyCollection<double> ModelDelays => _modelDelays;

    /// <summary>Seconds that each request of the last run took at the target.</summary>
    public IReadOnlyCollection<double> TargetDelays => _targetDelays;

    /// <summary>Starts all of it.</summary>
    public static async Task<InjectedTimes> StartAsync(bool remote, CancellationToken cancellationToken)
    {
        var times = new InjectedTimes();
        times._target = await times.StartTargetAsync(cancellationToken);
        var model = await ScriptedModel.StartAsync("slow", times.DecideAsync, cancellationToken);
        times._started.Add(model);
        var proxy = await times.StartAsync("llm-proxy", builder => builder.AddLlmProxy(new LlmProxyOptions
        {
            Providers = { ["openai"] = new ProviderOptions { BaseUrl = model.BaseUrl, Key = "k" } },
        }), app => app.MapLlmProxy(), cancellationToken);
        var gateway = remote ? await times.StartGatewayProcessAsync() : await times.StartAsync("gateway", builder => builder.AddGateway(new GatewayOptions
        {
            File = new GatewayFile
            {
                Targets = [new TargetOptions { Name = "items", Url = times._target.AbsoluteUri }],
                Faults = [new FaultOptions { Latency = new LatencyOptions { Mean = Gateway } }],
            },
        }), app => app.MapGateway(), cancellationToken);
        await times.StartAsync("agent", builder =>
        {
            builder.Services.AddSingleton<IRunQueue>(times._queue);
            builder.AddAgents(new AgentOptions { GatewayUrl = gateway, LlmProxyUrl = proxy, ClaimInterval = TimeSpan.FromMilliseconds(10), ShutdownDrain = TimeSpan.Zero });
        }, _ => { }, cancellationToken);
        return times;
    }

    /// <summary>Runs one session; returns it, and which share of its time between actions no part explains.</summary>
    public async Task<(SessionRecord Session, double Unaccounted)> RunAsync()
    {
        _modelDelays.Clear();
        _targetDelays.Clear();
        var plan = Plan();
        await _queue.SubmitAsync(plan, TestContext.Current.CancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Default);
        var intervals = new IntervalMetrics();
        SessionRecord? session = null;
        await foreach (var state in _queue.WatchAsync(plan.Run, limit.Token))
        {
            foreach (var batch in state.Batches)
            {
                intervals.Add(batch.Metrics.Intervals);
                session = batch.Sessions.SingleOrDefault() ?? session;
            }
        }
        Assert.Equal(SessionOutcome.Succeeded, session!.Outcome);
        Assert.Equal(Actions - 1, intervals.Overall.Count);
        var explained = intervals.Think + intervals.Model + intervals.Gateway + intervals.Target + intervals.Harness;
        return (session, Math.Abs(intervals.Overall.Sum.Ticks - explained) / (double)intervals.Overall.Sum.Ticks);
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--)
        {
            await _started[i].DisposeAsync();
        }
        _queue.Dispose();
        _directory.Dispose();
    }

    private static async Task TakeAsync(TimeSpan delay, ConcurrentQueue<double> taken)
    {
        var started = TimeProvider.System.GetTimestamp();
        await Task.Delay(delay, TimeProvider.System);
        taken.Enqueue(TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }

    private async Task<ModelCall> DecideAsync(ModelTurn turn)
    {
        if (turn.Number == Actions)
        {
            return ModelCall.Done;
        }
        await TakeAsync(Model, _modelDelays);
        return new ModelCall("listItems", new JsonObject());
    }

    private async Task<Uri> StartTargetAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/items", async () =>
        {
            await TakeAsync(Target, _targetDelays);
            return Results.Json(new { items = Enumerable.Range(0, 20).Select(i => new { id = $"i-{i}", price = i }) });
        });
        await app.StartAsync(cancellationToken);
        _started.Add(app);
        return new Uri(app.Urls.First());
    }

    private async Task<Uri> StartGatewayProcessAsync()
    {
        _directory.Write("gateway.json", $$"""
            { "targets": [ { "name": "items", "url": "{{_target}}" } ], "faults": [ { "latency": "{{Gateway.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)}}ms" } ] }
            """);
        var process = ApeProcess.Start(_directory, "gateway", "--config", "gateway.json", "--port", "0");
        _started.Add(process);
        var line = await process.FirstOutputLineAsync();
        return new Uri(new Uri(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]).GetLeftPart(UriPartial.Authority));
    }

    private async Task<Uri> StartAsync(string service, Action<WebApplicationBuilder> add, Action<WebApplication> map, CancellationToken cancellationToken)
    {
        var started = await EmbeddedService.StartAsync(new ServiceOptions { Service = service }, ServiceUrls.FreeLoopback, TimeProvider.System, add, map, cancellationToken);
        _started.Add(started);
        return started.Url;
    }

    private RunPlan Plan() => new()
    {
        Run = string.Create(CultureInfo.InvariantCulture, $"20261121-131502-{_runs++:x4}"),
        Scenario = new Scenario
        {
            Name = "times",
            Target = new TargetSpec { Name = "items", Url = _target },
            Iterations = 1,
            Llm = new LlmSpec { Model = "openai/slow" },
            Personas = [new PersonaSpec { Name = "steady", Think = new ThinkTime(Think, Think) }],
            Goals = [new GoalSpec { Name = "look", Goal = "Look at the items.", Success = [new SuccessCondition { Operation = "listItems", Status = 200 }] }],
        },
        Seed = 42,
        OpenApiDocument = OpenApi,
        Oracle = "declared",
        PlanSha256 = "",
    };
}
