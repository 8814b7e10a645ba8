using ApeTest.Gateway;
using ApeTest.LlmProxy;
using ApeTest.LlmProxy.Options;
using ApeTest.Mini.Bank;
using ApeTest.Mini.Board;
using ApeTest.Mini.Florist;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Shop;
using ApeTest.Targets.Policy;

namespace ApeTest.Cli.Samples;

/// <summary>
/// A target that comes with ApeTest: <c>target: { sample: NAME }</c> starts it for a run, <c>ape-test sample NAME</c> alone. Two are ApeTest's own
/// services, which are real ones of their kind: the gateway as MCP server of the shop, and the LLM proxy with the built-in planner.
/// </summary>
internal sealed record SampleTarget(string Name, string Summary, string Entrance, int Port, Func<StartService, CancellationToken, Task<Uri>> StartAsync)
{
    private const string ShopName = "shop";

    /// <summary>All of them, in the order of <see cref="TargetSpec.SampleNames"/>.</summary>
    public static IReadOnlyList<SampleTarget> All { get; } =
    [
        new(ShopName, "a shop with a REST API (OpenAPI, bearer tokens)", ShopExtensions.OpenApiPath, DefaultPorts.Shop, static async (start, cancellationToken) =>
            (await ShopAsync(start, isFront: true, cancellationToken)).Url),
        new("board", "a message board with a GraphQL API", BoardExtensions.GraphQlPath, DefaultPorts.Shop + 1, static async (start, cancellationToken) =>
            (await start(ShopExtensions.Service, false, true, static builder => builder.AddBoard(), static app => app.MapBoard(), cancellationToken)).Url),
        new("florist", "a web shop of pages and forms, without an API", "/", DefaultPorts.Shop + 2, static async (start, cancellationToken) =>
            (await start(ShopExtensions.Service, false, true, static builder => builder.AddFlorist(), static app => app.MapFlorist(), cancellationToken)).Url),
        new("mcp", "an MCP server: the shop's operations as tools, by ApeTest's gateway", "/mcp", DefaultPorts.Shop + 3, McpAsync),
        new("llm", "an OpenAI-compatible model server: ApeTest's proxy with the built-in planner", "/v1", DefaultPorts.Shop + 4, static async (start, cancellationToken) =>
            (await start("llm-proxy", true, true, static builder => builder.AddLlmProxy(new LlmProxyOptions { DefaultModel = "builtin/planner", Environment = static _ => null }),
                static app => app.MapLlmProxy(), cancellationToken)).Url) { HasUsers = false },
        new("bank", "a bank with a REST API, in whose books no cent may be missing", BankExtensions.OpenApiPath, DefaultPorts.Shop + 5, static async (start, cancellationToken) =>
            (await start(ShopExtensions.Service, false, true, static builder => builder.AddBank(new BankOptions()), static app => app.MapBank(), cancellationToken)).Url),
        new("flaky", "the shop on a bad day: slow, and one request in twenty is answered 503", ShopExtensions.OpenApiPath, DefaultPorts.Shop + 6, static async (start, cancellationToken) =>
            (await start(ShopExtensions.Service, false, true, static builder => builder.AddShop(new ShopOptions { Stock = 1_000_000_000, FaultShare503 = 0.05, AddedLatency = TimeSpan.FromMilliseconds(20) }),
                static app => app.MapShop(), cancellationToken)).Url),
    ];

    /// <summary>Whether the sample users log in there.</summary>
    public bool HasUsers { get; init; } = true;

    /// <summary>The one of that name, which the loader has checked.</summary>
    public static SampleTarget Find(string name) => All.First(sample => sample.Name == name);

    private static Task<Embedded.EmbeddedService> ShopAsync(StartService start, bool isFront, CancellationToken cancellationToken) =>
        start(ShopExtensions.Service, false, isFront, static builder => builder.AddShop(new ShopOptions { Stock = 1_000_000_000 }), static app => app.MapShop(), cancellationToken);

    private static async Task<Uri> McpAsync(StartService start, CancellationToken cancellationToken)
    {
        var shop = await ShopAsync(start, isFront: false, cancellationToken);
        var file = new GatewayFile { Targets = [new TargetOptions { Name = ShopName, Url = shop.Url.ToString(), OpenApi = ShopExtensions.OpenApiPath }] };
        return (await start("gateway", true, true, builder => builder.AddGateway(new GatewayOptions { File = file }), static app => app.MapGateway(), cancellationToken)).Url;
    }
}
