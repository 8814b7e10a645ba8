using ApeTest.AppHost.Files;

namespace ApeTest.Hosting.Tests.AppHost;

public sealed class ScrapeFileTests
{
    private static readonly string Deployed = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy", "prometheus.yml"));

    [Fact]
    public void Of_DeployedFile_ScrapesTheServicesThatAreThere()
    {
        var text = ScrapeFile.Of(Deployed, new Dictionary<string, string> { ["gateway"] = "aspire.dev.internal:41001", ["agent"] = "aspire.dev.internal:41002" });
        Assert.Contains("- job_name: gateway", text, StringComparison.Ordinal);
        Assert.Contains("targets: [\"aspire.dev.internal:41001\"]", text, StringComparison.Ordinal);
        Assert.Contains("- job_name: agent", text, StringComparison.Ordinal);
        Assert.Contains("targets: [\"aspire.dev.internal:41002\"]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("collector", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cadvisor", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node-exporter", text, StringComparison.Ordinal);
        Assert.DoesNotContain("dns_sd_configs", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_DeployedFile_KeepsRulesAndTokens()
    {
        var text = ScrapeFile.Of(Deployed, new Dictionary<string, string> { ["gateway"] = "h:1", ["collector"] = "h:2" });
        Assert.Contains("rule_files:", text, StringComparison.Ordinal);
        Assert.Contains("credentials_file: /run/secrets/service_token", text, StringComparison.Ordinal);
        // The anchor is in the gateway's job.
        Assert.Contains("authorization: *token", text, StringComparison.Ordinal);
    }
}
