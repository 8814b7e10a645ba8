using System.Net.Http.Json;
using System.Text.Json;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Distributed;

/// <summary>A stack without containers: shop, gateway, LLM proxy, collector and workers, each a process, on a PostgreSQL server. One token for all.</summary>
internal sealed class StackProcesses : IAsyncDisposable
{
    private readonly List<ServiceProcess> _services = [];
    private readonly Dictionary<string, string> _variables;
    private readonly TempDirectory _directory;

    private StackProcesses(TempDirectory directory, string queue)
    {
        _directory = directory;
        Token = RunDirectory.WriteToken(TokenFile);
        _variables = new() { ["APETEST_QUEUE"] = queue, ["APETEST_TOKEN_FILE"] = TokenFile };
    }

    public string Token { get; }

    public string TokenFile => Path.Combine(_directory.Path, "token");

    /// <summary>Folder of the collector's run directories.</summary>
    public string RunsRoot => Path.Combine(_directory.Path, "runs");

    public string GatewayFile => Path.Combine(_directory.Path, "gateway.json");

    public Uri Shop { get; private set; } = null!;

    public Uri Gateway { get; private set; } = null!;

    public Uri LlmProxy { get; private set; } = null!;

    public Uri Collector { get; private set; } = null!;

    public ServiceProcess CollectorProcess { get; private set; } = null!;

    public List<ServiceProcess> Workers { get; } = [];

    /// <summary>All that the services wrote.</summary>
    public string Said => string.Concat(_services.Select(static service => service.Said));

    /// <summary>Flags of a command that speaks to it.</summary>
    public string[] Flags => ["--stack", Collector.ToString(), "--token-file", TokenFile];

    /// <summary>Speaks to its collector.</summary>
    public CollectorClient Client() => new(Collector, Token, TimeProvider.System);

    /// <summary>Starts everything, and returns once all of it listens.</summary>
    public static async Task<StackProcesses> StartAsync(TempDirectory directory, string queue, int workers, string gatewayHeaders = "{}", Dictionary<string, string>? variables = null)
    {
        var stack = new StackProcesses(directory, queue);
        foreach (var (name, value) in variables ?? [])
        {
            stack._variables[name] = value;
        }
        try
        {
            var shop = stack.Start("ape-test", [], "shop", "--port", "0", "--users", "1000", "--stock", "1000000000");
            stack.Shop = await shop.UrlAsync();
            stack.WriteGatewayFile(gatewayHeaders);
            // Services tell the collector what they log, and so have to know it before it is there.
            stack._variables["APETEST_COLLECTOR__URL"] = $"http://127.0.0.1:{FreePort.Take()}/";
            var gateway = stack.Start("ApeTest.Gateway", [], "--urls", "http://127.0.0.1:0", "--config", stack.GatewayFile);
            var proxy = stack.Start("ApeTest.LlmProxy", [], "--urls", "http://127.0.0.1:0");
            (stack.Gateway, stack.LlmProxy) = (await gateway.UrlAsync(), await proxy.UrlAsync());
            stack._variables["APETEST_GATEWAY__URL"] = stack.Gateway.ToString();
            stack._variables["APETEST_LLMPROXY__URL"] = stack.LlmProxy.ToString();
            await stack.StartCollectorAsync(stack._variables["APETEST_COLLECTOR__URL"]);
            for (var number = 1; number <= workers; number++)
            {
                stack.AddWorker();
            }
            await Task.WhenAll(stack.Workers.Select(static worker => worker.UrlAsync()));
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the collector; again too, where it was.</summary>
    public async Task StartCollectorAsync(string url)
    {
        CollectorProcess = Start("ApeTest.Observability", new() { ["APETEST_COLLECTOR__RUNS"] = RunsRoot }, "--urls", url);
        Collector = await CollectorProcess.UrlAsync();
    }

    /// <summary>Starts one more worker.</summary>
    public ServiceProcess AddWorker()
    {
        var worker = Start("ApeTest.Agent", new() { ["APETEST_AGENT__NAME"] = $"w{Workers.Count + 1}" }, "--urls", "http://127.0.0.1:0");
        Workers.Add(worker);
        return worker;
    }

    /// <summary>Writes the gateway's file; it is reloaded where it runs.</summary>
    public void WriteGatewayFile(string headers = "{}") =>
        File.WriteAllText(GatewayFile, $$"""{"targets":[{"name":"shop","url":"{{Shop.ToString().TrimEnd('/')}}","openapi":"/openapi/v1.json","headers":{{headers}}}]}""");

    /// <summary>Shoppers, each with a row of its own: the user says whose slot an order was.</summary>
    public string Scenario(int agents, string more = "") => $$$"""
        name: shop
        target: { name: shop, url: "{{{Shop.ToString().TrimEnd('/')}}}", openapi: /openapi/v1.json }
        agents: {{{agents}}}
        data: { user: { order: unique, rows: [ {{{string.Join(", ", Enumerable.Range(1, agents).Select(static user => $"{{ name: user-{user:0000}, password: pass-{user:0000} }}"))}}} ] } }
        secrets: [ user.password ]
        goals: [ { name: buy, goal: "Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.", success: "checkout=201{orderId=$.id}; GET /orders/{{orderId}}=200" } ]
        {{{more}}}
        """;

    /// <summary>Orders at the shop: user and trace id of the checkout.</summary>
    public async Task<List<(string User, string Trace)>> OrdersAsync()
    {
        using var http = new HttpClient();
        var orders = await http.GetFromJsonAsync<JsonElement>(new Uri(Shop, "/_shop/orders"), TestContext.Current.CancellationToken);
        return [.. orders.EnumerateArray().Select(static order => (order.GetProperty("user").GetString()!, order.GetProperty("trace_id").GetString()!))];
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _services.Count - 1; i >= 0; i--)
        {
            await _services[i].DisposeAsync();
        }
    }

    private ServiceProcess Start(string assembly, Dictionary<string, string> more, params string[] arguments)
    {
        var variables = new Dictionary<string, string>(_variables);
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }
        var service = ServiceProcess.Start(_directory, assembly, variables, arguments);
        _services.Add(service);
        return service;
    }
}
