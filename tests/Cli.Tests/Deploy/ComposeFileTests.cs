using ApeTest.Cli.Deploy;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ApeTest.Cli.Tests.Deploy;

/// <summary>What every service of the compose file must have, whatever it is.</summary>
public sealed class ComposeFileTests
{
    // Third-party images whose own health check is as good as one of ours.
    private static readonly string[] Ours = ["gateway", "llm-proxy", "agent", "collector", "shop"];

    private static readonly Dictionary<string, Node> Services = Root()["services"].Map;

    public static TheoryData<string> Names => [.. Services.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Service_OfTheStack_IsConfined(string name)
    {
        var service = Services[name];

        Assert.Equal("true", service["read_only"].Text);
        Assert.Equal(["ALL"], service["cap_drop"].Texts);
        Assert.Equal(["no-new-privileges:true"], service["security_opt"].Texts);
        Assert.Equal("unless-stopped", service["restart"].Text);
        Assert.NotNull(service["deploy"]["resources"]["limits"]["memory"].Text);
        Assert.NotNull(service["deploy"]["resources"]["limits"]["pids"].Text);
        Assert.Equal("10m", service["logging"]["options"]["max-size"].Text);
        Assert.Equal("${COMPOSE_PROJECT_NAME:-ape}", service["labels"][StackRemoval.Label].Text);
        Assert.False(service.Map.ContainsKey("privileged"));
        Assert.False(service.Map.ContainsKey("network_mode"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Service_OfTheStack_IsCheckedAndPinned(string name)
    {
        var service = Services[name];
        var image = service["image"].Text!;

        if (Ours.Contains(name))
        {
            Assert.Equal($"${{APE_IMAGES:-apetest}}/{name}:${{APE_TAG:-latest}}", image);
            // The image has the check; and an image of that name on a public registry is not ours.
            Assert.Equal("${APE_PULL:-never}", service["pull_policy"].Text);
            Assert.NotNull(service["ulimits"]["nofile"]["hard"].Text);
        }
        else
        {
            Assert.Matches(@":v?\d+\.\d+", image);
            Assert.NotEmpty(service["healthcheck"]["test"].Texts);
        }
    }

    [Fact]
    public void Ports_OfTheStack_AreOnLoopbackOnly()
    {
        var ports = Services.Values.SelectMany(service => service.Map.TryGetValue("ports", out var list) ? list.Texts : []).ToList();

        Assert.NotEmpty(ports);
        Assert.All(ports, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Fact]
    public void Networks_OfTheStack_KeepAgentsFromTheTarget()
    {
        Assert.Equal(["core"], Services["agent"]["networks"].Texts);
        Assert.Equal("true", Root()["networks"]["core"]["internal"].Text);
        var toTarget = Services.Where(service => service.Value["networks"].Texts.Contains("target")).Select(service => service.Key);
        Assert.Equal(["alloy", "gateway", "prometheus", "shop"], toTarget.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("core", Services["shop"]["networks"].Texts);
        Assert.Equal(["core"], Services["postgres"]["networks"].Texts);
    }

    [Fact]
    public void Core_OfTheStack_NeedsNoProfile() => Assert.Equal(
        ["agent", "collector", "gateway", "llm-proxy", "postgres"],
        Services.Where(service => !service.Value.Map.ContainsKey("profiles")).Select(service => service.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void Secrets_OfTheStack_AreFilesThatAreDrawnAndNoVariableHoldsOne()
    {
        using var directory = new ApeTest.Tests.Shared.TempDirectory();
        DeployFiles.Write(directory.Path, new DeployOptions { Project = "ape-1" }, StackOwner.OfProcess(), new Dictionary<string, string>());
        var declared = Root()["secrets"].Map;

        Assert.All(declared, secret => Assert.True(File.Exists(Path.Combine(directory.Path, secret.Value["file"].Text!)), secret.Key));
        var used = Services.Values.SelectMany(service => service.Map.TryGetValue("secrets", out var list) ? list.Texts : []).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(declared.Keys.Order(StringComparer.Ordinal), used);
        Assert.All(Services, service =>
        {
            foreach (var (variable, value) in service.Value.Map.TryGetValue("environment", out var all) ? all.Map : [])
            {
                Assert.True(!variable.Contains("PASSWORD", StringComparison.Ordinal) && !variable.Contains("TOKEN", StringComparison.Ordinal) && !variable.Contains("API_KEY", StringComparison.Ordinal)
                    || variable.EndsWith("_FILE", StringComparison.Ordinal), $"{service.Key}: {variable}={value.Text}");
            }
        });
    }

    [Fact]
    public void Volumes_OfTheStack_AreDeclaredAndLabelled()
    {
        var declared = Root()["volumes"].Map;
        var used = Services.Values.SelectMany(service => service.Map.TryGetValue("volumes", out var list) ? list.Texts : [])
            .Select(volume => volume.Split(':')[0]).Where(name => name[0] is not ('.' or '/')).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(declared.Keys.Order(StringComparer.Ordinal), used);
        Assert.All(declared.Values.Concat(Root()["networks"].Map.Values), part => Assert.NotNull(part["labels"][StackRemoval.Label].Text));
    }

    private static Node Root()
    {
        var parser = new MergingParser(new Parser(new StringReader(DeployTemplates.Read(DeployFiles.Compose))));
        return new Node(new DeserializerBuilder().Build().Deserialize<object>(parser));
    }

    /// <summary>A value of the file.</summary>
    private sealed record Node(object? Value)
    {
        public Node this[string key] => Map.TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"there is no {key}");

        public string? Text => (string?)Value;

        public IReadOnlyList<string> Texts => [.. ((List<object>)Value!).Cast<string>()];

        public Dictionary<string, Node> Map => ((Dictionary<object, object?>)Value!).ToDictionary(pair => (string)pair.Key, pair => new Node(pair.Value));
    }
}
