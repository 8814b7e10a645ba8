using System.Diagnostics;
using System.Text.Json.Nodes;
using ApeTest.Tests.Shared;
using YamlDotNet.Serialization;

namespace ApeTest.Cli.Tests.Deploy;

/// <summary>The Kubernetes base as <c>kubectl kustomize</c> renders it: everything that one object says of another holds.</summary>
public sealed class KubernetesTests(KubernetesBase rendered) : IClassFixture<KubernetesBase>
{
    private IEnumerable<JsonNode> Workloads => rendered.Of("Deployment").Concat(rendered.Of("StatefulSet"));

    [Fact]
    public void Base_HasEveryServiceOnceAndAllOfItInItsNamespace()
    {
        Assert.Equal(["agent", "collector", "gateway", "llm-proxy", "postgres", "shop"], Workloads.Select(Name).Order(StringComparer.Ordinal));
        var space = Assert.Single(rendered.Of("Namespace"));
        Assert.All(rendered.All.Where(item => item != space), item => Assert.Equal(Name(space), Text(item["metadata"]!["namespace"])));
        Assert.All(new[] { "enforce", "audit", "warn" }, mode => Assert.Equal("restricted", Text(space["metadata"]!["labels"]![$"pod-security.kubernetes.io/{mode}"])));
    }

    [Fact]
    public void Pods_OfEveryWorkload_MeetTheRestrictedStandard()
    {
        foreach (var workload in Workloads)
        {
            var pod = Pod(workload);
            Assert.Equal("false", Text(pod["automountServiceAccountToken"]));
            Assert.Contains(rendered.Of("ServiceAccount"), account => Name(account) == Text(pod["serviceAccountName"]));
            var security = pod["securityContext"]!;
            Assert.Equal(("true", "RuntimeDefault"), (Text(security["runAsNonRoot"]), Text(security["seccompProfile"]!["type"])));
            Assert.NotEqual("0", Text(security["runAsUser"]));
            Assert.All(Containers(pod), container =>
            {
                var own = container["securityContext"]!;
                Assert.Equal("false", Text(own["allowPrivilegeEscalation"]));
                Assert.Equal("true", Text(own["readOnlyRootFilesystem"]));
                Assert.Equal(["ALL"], Texts(own["capabilities"]!["drop"]));
                Assert.NotNull(container["resources"]!["limits"]!["memory"]);
                Assert.NotNull(container["resources"]!["limits"]!["cpu"]);
                Assert.NotNull(container["resources"]!["requests"]!["cpu"]);
                Assert.Matches(":[^:]+$", Text(container["image"]));
            });
            Assert.All(List(pod["volumes"]), volume => Assert.Null(volume["hostPath"]));
        }
    }

    [Fact]
    public void Volumes_OfEveryContainer_AreThereAndReferToWhatIs()
    {
        foreach (var workload in Workloads)
        {
            var pod = Pod(workload);
            var claimed = List(workload["spec"]!["volumeClaimTemplates"]).Select(Name);
            var volumes = List(pod["volumes"]).Select(volume => Text(volume["name"])).Concat(claimed).ToList();
            foreach (var mount in Containers(pod).SelectMany(container => List(container["volumeMounts"])))
            {
                Assert.Contains(Text(mount["name"]), volumes);
            }
            foreach (var volume in List(pod["volumes"]))
            {
                Refers("Secret", volume["secret"]?["secretName"]);
                Refers("ConfigMap", volume["configMap"]?["name"]);
                Refers("PersistentVolumeClaim", volume["persistentVolumeClaim"]?["claimName"]);
            }
        }
    }

    [Fact]
    public void Files_ThatEnvironmentsName_AreMounted()
    {
        foreach (var container in Workloads.SelectMany(workload => Containers(Pod(workload)).Select(container => (Pod: Pod(workload), Container: container))))
        {
            foreach (var value in List(container.Container["env"]).Select(variable => Text(variable["value"]) ?? "").SelectMany(value => value.Split('=')).Where(value => value.StartsWith("/run/secrets/", StringComparison.Ordinal) || value.StartsWith("/config/", StringComparison.Ordinal)))
            {
                var mount = Assert.Single(List(container.Container["volumeMounts"]), mount => Path.GetDirectoryName(value) == Text(mount["mountPath"]));
                var volume = List(container.Pod["volumes"]).Single(volume => Text(volume["name"]) == Text(mount["name"]));
                var source = volume["secret"] is { } secret ? rendered.Find("Secret", Text(secret["secretName"])!) : rendered.Find("ConfigMap", Text(volume["configMap"]!["name"])!);
                Assert.True(source!["data"]!.AsObject().ContainsKey(Path.GetFileName(value)), value);
            }
        }
    }

    [Fact]
    public void Services_OfTheBase_SelectOneWorkloadAndAPortOfIt()
    {
        Assert.NotEmpty(rendered.Of("Service"));
        foreach (var service in rendered.Of("Service"))
        {
            var workload = Assert.Single(Workloads, workload => Selects(service["spec"]!["selector"], workload));
            var port = Assert.Single(List(service["spec"]!["ports"]));
            var named = Containers(Pod(workload)).SelectMany(container => List(container["ports"])).Single(candidate => Text(candidate["name"]) == Text(port["targetPort"]));
            Assert.Equal(Text(port["port"]), Text(named["containerPort"]));
        }
        Assert.All(Workloads, workload => Assert.True(Selects(workload["spec"]!["selector"]!["matchLabels"], workload), Name(workload)));
    }

    [Fact]
    public void Probes_OfEveryService_AskPortsThatItHas()
    {
        foreach (var container in Workloads.SelectMany(workload => List(Pod(workload)["containers"])))
        {
            foreach (var probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" })
            {
                Assert.NotNull(container[probe]);
                if (container[probe]!["httpGet"] is { } get)
                {
                    Assert.Contains(List(container["ports"]), port => Text(port["name"]) == Text(get["port"]));
                    Assert.Equal(probe == "readinessProbe" ? "/health/ready" : "/health/live", Text(get["path"]));
                }
            }
        }
    }

    [Fact]
    public void Policies_OfTheNetwork_DenyByDefaultAndLeadAgentsToNoTarget()
    {
        var all = rendered.Find("NetworkPolicy", "default-deny")!["spec"]!;
        Assert.Equal(["Ingress", "Egress"], Texts(all["policyTypes"]));
        Assert.Empty(all["podSelector"]!.AsObject());
        Assert.Null(all["egress"]);
        var egress = rendered.Of("NetworkPolicy").Where(policy => IsFor(policy, "agent")).SelectMany(policy => List(policy["spec"]!["egress"])).ToList();
        Assert.Equal(["collector", "gateway", "llm-proxy", "postgres"], egress.SelectMany(rule => List(rule["to"])).Select(peer => Text(peer["podSelector"]!["matchLabels"]!["app.kubernetes.io/name"])).Order(StringComparer.Ordinal));
        foreach (var policy in rendered.Of("NetworkPolicy"))
        {
            foreach (var peer in Rules(policy).SelectMany(rule => List(rule["to"]).Concat(List(rule["from"]))).Where(peer => peer["namespaceSelector"] is null))
            {
                Assert.Contains(Workloads, workload => Selects(peer["podSelector"]!["matchLabels"], workload));
            }
        }
    }

    [Fact]
    public void Scaling_OfAgents_RefersToThem()
    {
        var scaler = Assert.Single(rendered.Of("HorizontalPodAutoscaler"))["spec"]!;
        Assert.Equal(("Deployment", "agent"), (Text(scaler["scaleTargetRef"]!["kind"]), Text(scaler["scaleTargetRef"]!["name"])));
        // A fixed number beside an autoscaler would set it back at each apply.
        Assert.Null(rendered.Find("Deployment", "agent")!["spec"]!["replicas"]);
        Assert.All(rendered.Of("PodDisruptionBudget"), budget => Assert.Single(Workloads, workload => Selects(budget["spec"]!["selector"]!["matchLabels"], workload)));
        Assert.Contains("agent", rendered.Of("PodDisruptionBudget").Select(Name));
    }

    [Fact]
    public void Placeholders_OfSecrets_AreRefusedByTheServices()
    {
        var token = Convert.FromBase64String(Text(rendered.Of("Secret").Single(secret => Name(secret).StartsWith("service-token-", StringComparison.Ordinal))["data"]!["service_token"])!);

        // ServiceToken asks for 16 characters.
        Assert.InRange(token.Length, 1, 15);
        Assert.Contains("-ge 16", Text(List(Pod(rendered.Find("StatefulSet", "postgres")!)["initContainers"]).Single()["command"]![2]), StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_OfTheBase_IsThatOfCompose() => Assert.All(new[] { "ape.mcp-gateway.json", "llm-proxy.json" }, file => Assert.Equal(
        File.ReadAllText(Path.Combine(KubernetesBase.Folder, "..", "config", file)), File.ReadAllText(Path.Combine(KubernetesBase.Folder, "config", file))));

    private void Refers(string kind, JsonNode? name)
    {
        if (name is not null)
        {
            Assert.True(rendered.Find(kind, Text(name)!) is not null, $"there is no {kind} {Text(name)}");
        }
    }

    private static bool IsFor(JsonNode policy, string name) => Text(policy["spec"]!["podSelector"]?["matchLabels"]?["app.kubernetes.io/name"]) == name;

    private static IEnumerable<JsonNode> Rules(JsonNode policy) => List(policy["spec"]!["egress"]).Concat(List(policy["spec"]!["ingress"]));

    private static bool Selects(JsonNode? selector, JsonNode workload) =>
        selector!.AsObject().All(label => Text(workload["spec"]!["template"]!["metadata"]!["labels"]![label.Key]) == Text(label.Value));

    private static JsonNode Pod(JsonNode workload) => workload["spec"]!["template"]!["spec"]!;

    private static IEnumerable<JsonNode> Containers(JsonNode pod) => List(pod["initContainers"]).Concat(List(pod["containers"]));

    private static IReadOnlyList<JsonNode> List(JsonNode? node) => node is JsonArray array ? [.. array.Select(item => item!)] : [];

    private static IEnumerable<string?> Texts(JsonNode? node) => List(node).Select(Text);

    private static string Name(JsonNode item) => Text(item["metadata"]!["name"])!;

    private static string? Text(JsonNode? node) => node?.ToString();
}

/// <summary>The base, rendered once. Without <c>kubectl</c> the tests skip.</summary>
public sealed class KubernetesBase
{
    public KubernetesBase()
    {
        var start = new ProcessStartInfo(Requires.Command("kubectl"), ["kustomize", Folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var yaml = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.GetAwaiter().GetResult());
        var json = new SerializerBuilder().JsonCompatible().Build();
        var reader = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        All = [.. yaml.Split("\n---\n").Select(document => JsonNode.Parse(json.Serialize(reader.Deserialize<object>(document)))!)];
    }

    /// <summary>Folder of the base in the checkout.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(File())!, "..", "..", "..", "deploy", "kubernetes"));

    /// <summary>All objects.</summary>
    public IReadOnlyList<JsonNode> All { get; }

    /// <summary>Those of a kind.</summary>
    public IEnumerable<JsonNode> Of(string kind) => All.Where(item => item["kind"]!.ToString() == kind);

    /// <summary>One of them; null for none.</summary>
    public JsonNode? Find(string kind, string name) => Of(kind).SingleOrDefault(item => item["metadata"]!["name"]!.ToString() == name);

    private static string File([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
