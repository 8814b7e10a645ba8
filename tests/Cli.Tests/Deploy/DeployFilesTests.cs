using System.Text.Json;
using ApeTest.Cli.Deploy;
using ApeTest.Gateway.Configuration;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests.Deploy;

public sealed class DeployFilesTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Fact]
    public void Write_IntoAnEmptyDirectory_WritesEveryTemplateSecretsAndVariables()
    {
        using var directory = new TempDirectory();

        DeployFiles.Write(directory.Path, Options(), StackOwner.OfProcess(), NoVariables);

        Assert.All(DeployTemplates.Paths, path => Assert.True(File.Exists(directory.Combine(path)), path));
        Assert.Contains("compose.yaml", DeployTemplates.Paths);
        Assert.Contains("config/prometheus.yml", DeployTemplates.Paths);
        Assert.Contains("config/prometheus/rules/alerts.yml", DeployTemplates.Paths);
        Assert.Contains("config/grafana/dashboards/overview.json", DeployTemplates.Paths);
        Assert.DoesNotContain(DeployTemplates.Paths, static path => path.Contains("/tests/", StringComparison.Ordinal));
        var variables = Variables(directory);
        Assert.Equal("ape-1", variables["COMPOSE_PROJECT_NAME"]);
        Assert.Equal("metrics,shop", variables["COMPOSE_PROFILES"]);
        Assert.Equal("4", variables["APE_WORKERS"]);
        Assert.NotEqual("0", variables["APE_UID"]);
        Assert.Equal("2", variables["APE_CPUS"]);
        Assert.DoesNotContain("APE_OTLP", variables.Keys);
    }

    [Fact]
    public void Write_OfSecrets_DrawsThemAndLetsNobodyElseRead()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("modes are Unix's");
            return;
        }
        using var one = new TempDirectory();
        using var two = new TempDirectory();

        DeployFiles.Write(one.Path, Options(), StackOwner.OfProcess(), NoVariables);
        DeployFiles.Write(two.Path, Options(), StackOwner.OfProcess(), NoVariables);

        string[] drawn = ["service_token", "postgres_password", "grafana_password"];
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(one.Combine("secrets")));
        foreach (var file in Directory.GetFiles(one.Combine("secrets")))
        {
            Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(file));
        }
        Assert.All(drawn, name =>
        {
            Assert.Matches("^[0-9a-f]{64}$", File.ReadAllText(one.Combine("secrets", name)));
            Assert.NotEqual(File.ReadAllText(one.Combine("secrets", name)), File.ReadAllText(two.Combine("secrets", name)));
        });
        var secrets = drawn.Select(name => File.ReadAllText(one.Combine("secrets", name))).ToArray();
        Assert.Equal(secrets.Length, secrets.Distinct().Count());
        var elsewhere = Directory.GetFiles(one.Path, "*", SearchOption.AllDirectories).Where(file => !file.StartsWith(one.Combine("secrets"), StringComparison.Ordinal));
        Assert.All(elsewhere, file => Assert.DoesNotContain(secrets, secret => File.ReadAllText(file).Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public void Write_Twice_KeepsTheSecrets()
    {
        using var directory = new TempDirectory();
        DeployFiles.Write(directory.Path, Options(), StackOwner.OfProcess(), NoVariables);
        var token = File.ReadAllText(directory.Combine("secrets", "service_token"));

        DeployFiles.Write(directory.Path, Options(), StackOwner.OfProcess(), NoVariables);

        Assert.Equal(token, File.ReadAllText(directory.Combine("secrets", "service_token")));
    }

    [Fact]
    public void Write_WithAProvidersKey_PutsItIntoItsFileOnly()
    {
        using var directory = new TempDirectory();
        var file = directory.Write("key", "from-a-file\n");

        DeployFiles.Write(directory.Combine("stack"), Options(), StackOwner.OfProcess(), new Dictionary<string, string> { ["CEREBRAS_API_KEY"] = "csk-planted", ["OPENAI_API_KEY_FILE"] = file });

        Assert.Equal("csk-planted", File.ReadAllText(directory.Combine("stack", "secrets", "cerebras_api_key")));
        Assert.Equal("from-a-file", File.ReadAllText(directory.Combine("stack", "secrets", "openai_api_key")));
        var text = File.ReadAllText(directory.Combine("stack", ".env"));
        Assert.DoesNotContain("csk-planted", text, StringComparison.Ordinal);
        Assert.Contains("APE_CEREBRAS_KEY_FILE=/run/secrets/cerebras_api_key\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WithATarget_MakesAGatewayFileThatTheGatewayTakes()
    {
        using var directory = new TempDirectory();
        var target = new TargetSpec
        {
            Url = new Uri("http://127.0.0.1:8080/api"), OpenApi = "openapi.json", Timeout = TimeSpan.FromSeconds(7), Hosts = ["files.test.example"],
            Headers = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("Authorization", "Bearer planted"),
        };

        DeployFiles.Write(directory.Path, Options() with { Target = target, Profiles = [] }, StackOwner.OfProcess(), NoVariables);

        var file = directory.Combine("config", "ape.mcp-gateway.json");
        var written = Assert.Single(GatewayFileLoader.Load(file, NoVariables).Targets);
        Assert.Equal(("target", "http://host.docker.internal:8080/api", "7s", null), (written.Name, written.Url, written.Timeout, written.OpenApi));
        Assert.Equal(["files.test.example"], written.Hosts);
        Assert.DoesNotContain("planted", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal("", Variables(directory)["COMPOSE_PROFILES"]);
    }

    [Fact]
    public void Templates_OfServices_AreTakenByThem()
    {
        var gateway = System.Text.Encoding.UTF8.GetBytes(DeployTemplates.Read("config/ape.mcp-gateway.json"));

        Assert.Equal("shop", Assert.Single(GatewayFileLoader.Parse(gateway, "template", NoVariables).Targets).Name);
        using var proxy = JsonDocument.Parse(DeployTemplates.Read("config/llm-proxy.json"), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        Assert.Equal(JsonValueKind.Object, proxy.RootElement.ValueKind);
    }

    private static DeployOptions Options() => new() { Project = "ape-1", Workers = 4, Cpus = 8, Profiles = ["metrics"] };

    private static Dictionary<string, string> Variables(TempDirectory directory) => File.ReadAllLines(directory.Combine(".env"))
        .Where(line => line.Contains('=', StringComparison.Ordinal)).ToDictionary(line => line.Split('=')[0], line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);
}
