using System.Net;
using System.Text.Json.Nodes;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers;

/// <summary>
/// The core of the stack and the profile <c>metrics</c> for real. Left out are <c>loki</c>, <c>grafana</c>, <c>alloy</c> and <c>cadvisor</c> (profile <c>observability</c>),
/// <c>jaeger</c> and <c>ollama</c>: machines that cannot pull have no such images.
/// </summary>
[Collection("containers")]
[TestCaseOrderer(typeof(LastIsLast))]
public sealed class StackTests(KeptStack stack) : IClassFixture<KeptStack>
{
    private static readonly string[] Containers = ["gateway-1", "llm-proxy-1", "agent-1", "agent-2", "collector-1", "postgres-1", "shop-1", "prometheus-1", "node-exporter-1"];

    [Fact]
    public async Task Start_WithCompose_RunsOnAHealthyStackAndKeepsTheRun()
    {
        stack.Started.Exits(0);

        var states = await Machine.DockerAsync("ps", "--filter", $"label=apetest.stack={stack.Project}", "--format", "{{.Names}} {{.Status}}");
        Assert.All(Containers, name => Assert.Matches($@"{stack.Project}-{name} Up .*\(healthy\)", states));
        var summary = JsonNode.Parse(File.ReadAllText(Path.Combine(stack.Folder, ".ape", "runs", stack.Run, "summary.json")))!;
        Assert.Equal("distributed", summary["run"]!["mode"]!.ToString());
        Assert.Equal("completed", summary["run"]!["status"]!.ToString());
        Assert.True(summary["sessions"]!["succeeded"]!.GetValue<long>() > 0);
    }

    [Fact]
    public async Task Containers_OfTheStack_AreConfined()
    {
        foreach (var name in Containers)
        {
            var host = JsonNode.Parse(await Machine.DockerAsync("inspect", "--format", "{{json .HostConfig}}", $"{stack.Project}-{name}"))!;
            Assert.True(host["ReadonlyRootfs"]!.GetValue<bool>(), name);
            Assert.Equal("[\"ALL\"]", host["CapDrop"]!.ToJsonString());
            Assert.True(host["Memory"]!.GetValue<long>() > 0 && host["NanoCpus"]!.GetValue<long>() > 0 && host["PidsLimit"]!.GetValue<long>() > 0, name);
            Assert.DoesNotContain("uid=0", (await Machine.InAsync($"{stack.Project}-{name}", "id")).Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Agents_OfTheStack_ReachNeitherTheTargetNorOtherNetworks()
    {
        var shop = (await Machine.DockerAsync("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", stack.Container("shop"))).Trim();

        // The same words in the gateway's container, which may: the agent's failure is the network's doing.
        Assert.Equal(0, (await Machine.InAsync(stack.Container("gateway"), Dial(shop, 5080))).Code);
        Assert.NotEqual(0, (await Machine.InAsync(stack.Container("agent"), Dial(shop, 5080))).Code);
        Assert.NotEqual(0, (await Machine.InAsync(stack.Container("agent"), Dial("shop", 5080))).Code);
        Assert.Equal(0, (await Machine.InAsync(stack.Container("agent"), Dial("gateway", 5100))).Code);

        // The gateway may go where targets are; an agent's container is on networks alone that lead nowhere.
        Assert.True(await HasWayOutAsync("gateway"));
        Assert.False(await HasWayOutAsync("agent"));
    }

    [Fact]
    public async Task Prometheus_OfTheStack_ScrapesEveryService()
    {
        using var client = new HttpClient();
        string[] wanted = ["agent", "agent", "collector", "gateway", "llm-proxy", "node", "shop"];
        string[] found = [];
        await Machine.UntilAsync(async () =>
        {
            var answer = JsonNode.Parse(await client.GetStringAsync($"http://127.0.0.1:{stack.PrometheusPort}/api/v1/targets", TestContext.Current.CancellationToken))!;
            found = [.. answer["data"]!["activeTargets"]!.AsArray().Where(target => target!["health"]!.ToString() == "up").Select(target => target!["labels"]!["job"]!.ToString()).Order(StringComparer.Ordinal)];
            return found.SequenceEqual(wanted);
        }, "all targets up");
        var metric = JsonNode.Parse(await client.GetStringAsync($"http://127.0.0.1:{stack.PrometheusPort}/api/v1/query?query=sum(apetest_gateway_requests_total)", TestContext.Current.CancellationToken))!;
        Assert.True(double.Parse(metric["data"]!["result"]![0]!["value"]![1]!.ToString(), System.Globalization.CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public async Task Prometheus_OfTheStack_HasItsRules()
    {
        using var client = new HttpClient();
        string[] wanted = ["alerting", "recording"];
        string[] found = [];
        await Machine.UntilAsync(async () =>
        {
            var answer = JsonNode.Parse(await client.GetStringAsync($"http://127.0.0.1:{stack.PrometheusPort}/api/v1/rules", TestContext.Current.CancellationToken))!;
            var rules = answer["data"]!["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).ToArray();
            found = [.. rules.Where(rule => rule!["health"]!.ToString() == "ok").Select(rule => rule!["type"]!.ToString()).Distinct().Order(StringComparer.Ordinal)];
            return found.SequenceEqual(wanted);
        }, "rules evaluated");
    }

    [Fact]
    public async Task Logs_OfTheStack_AreReadThroughItsCollector()
    {
        var logs = await Machine.ApeAsync(stack.Folder, [], "logs", stack.Run, "--stack", $"http://127.0.0.1:{stack.Port}", "--token-file", Path.Combine(stack.Files, "secrets", "service_token"));

        Assert.Contains("agent", logs.Exits(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_WithoutTheToken_Answer401()
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync($"http://127.0.0.1:{stack.Port}/api/v1/runs", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);

        foreach (var url in new[] { "gateway:5100/shop/products", "llm-proxy:5200/v1/models", "collector:5300/api/v1/runs", "gateway:5100/metrics" })
        {
            Assert.Contains("401", (await Machine.InAsync(stack.Container("agent"), Get(url))).Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Secrets_OfTheStack_AreInNothingThatAnybodySees()
    {
        var secrets = Directory.GetFiles(Path.Combine(stack.Files, "secrets")).Select(File.ReadAllText).Where(secret => secret.Length > 0).Append("pass-0017").Distinct().ToArray();
        Assert.Contains(KeptStack.PlantedKey, secrets);
        var images = ContainerEngine.Services.Select(service => $"apetest/{service}:{ContainerEngine.Tag}").ToArray();
        using var saved = new TempDirectory();
        await Machine.DockerAsync(["save", "--output", saved.Combine("images.tar"), .. images]);

        var places = new Dictionary<string, string>
        {
            ["compose.yaml"] = File.ReadAllText(Path.Combine(stack.Files, "compose.yaml")) + File.ReadAllText(Path.Combine(stack.Files, ".env")),
            ["inspect"] = await Machine.DockerAsync(["inspect", .. Containers.Select(name => $"{stack.Project}-{name}")]),
            ["database"] = (await Machine.InAsync(stack.Container("postgres"), "pg_dump -h /var/run/postgresql -U ape ape")).Exits(0).Out,
            ["run"] = string.Concat(Directory.GetFiles(Path.Combine(stack.Folder, ".ape", "runs", stack.Run), "*", SearchOption.AllDirectories).Select(File.ReadAllText)),
            ["command"] = stack.Started.Out + stack.Started.Error,
            ["images"] = await File.ReadAllTextAsync(saved.Combine("images.tar"), System.Text.Encoding.Latin1, TestContext.Current.CancellationToken),
        };
        foreach (var name in Containers)
        {
            var logs = await Machine.TryDockerAsync("logs", $"{stack.Project}-{name}");
            places[$"logs of {name}"] = logs.Out + logs.Error;
        }

        Assert.Contains("sample-shop", places["run"], StringComparison.Ordinal);
        Assert.True(places["database"].Length > 1000 && places["images"].Length > 1_000_000);
        Assert.All(places, place => Assert.All(secrets, secret =>
            Assert.False(place.Value.Contains(secret, StringComparison.Ordinal), $"{place.Key} holds a secret that begins with {secret[..4]}")));
    }

    [Fact]
    public async Task ZCleanup_OfTheStack_LeavesWhatWasThereBefore()
    {
        Assert.True(await stack.IsBystanderUntouchedAsync());
        var told = (await Machine.ApeAsync(stack.Folder, [], "cleanup", "--dry-run")).Exits(0).Out;
        Assert.All(Containers, name => Assert.Contains($"would remove container {stack.Project}-{name}\n", told, StringComparison.Ordinal));
        Assert.NotEmpty(await ContainerEngine.StacksAsync());

        (await Machine.ApeAsync(stack.Folder, [], "cleanup")).Exits(0);

        Assert.Empty(await ContainerEngine.StacksAsync());
        Assert.False(Directory.Exists(Path.Combine(stack.Folder, ".ape", "stacks")));
        Assert.True(await stack.IsBystanderUntouchedAsync());
    }

    // The engine lets nothing out of a network that is internal: a container that is on such alone has no way out.
    private async Task<bool> HasWayOutAsync(string service)
    {
        var networks = (await Machine.DockerAsync("inspect", "--format", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}", stack.Container(service)))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.NotEmpty(networks);
        var isInternal = await Machine.DockerAsync(["network", "inspect", "--format", "{{.Internal}}", .. networks]);
        return isInternal.Contains("false", StringComparison.Ordinal);
    }

    // busybox, or bash where the image has that instead.
    private static string Dial(string host, int port) =>
        $"if command -v nc > /dev/null; then nc -w 3 {host} {port} < /dev/null; else timeout 3 bash -c '< /dev/tcp/{host}/{port}'; fi";

    private static string Get(string url) => $"if command -v wget > /dev/null; then wget -q -O - http://{url} 2>&1; else "
        + $"exec 3<>/dev/tcp/{url.Split('/')[0].Replace(':', '/')}; printf 'GET /{url[(url.IndexOf('/', StringComparison.Ordinal) + 1)..]} HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n' >&3; cat <&3; fi";
}
