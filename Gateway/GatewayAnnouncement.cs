using ApeTest.Gateway.Mcp;
using ApeTest.ServiceDefaults.Guard;

namespace ApeTest.Gateway;

/// <summary>What a person who starts a gateway has to know.</summary>
public static class GatewayAnnouncement
{
    /// <summary>The targets in force: name and where the gateway at <paramref name="gateway"/> offers it, in the order of their names.</summary>
    public static IReadOnlyList<(string Name, Uri Url)> Targets(IServiceProvider services, Uri gateway) =>
    [
        .. services.GetRequiredService<GatewayTargets>().Current.Policy.Targets.Select(static target => target.Name).Order(StringComparer.Ordinal)
            .Select(name => (name, new Uri(gateway, $"/{name}/"))),
    ];

    /// <summary>Where the Model Context Protocol server of the gateway is.</summary>
    public static Uri Mcp(Uri gateway) => new(gateway, McpExtensions.Path);

    /// <summary>How to call <c>/admin</c>: with the token where only this process knows it, otherwise where it comes from.</summary>
    public static string Admin(IServiceProvider services, Uri gateway)
    {
        var token = services.GetRequiredService<AdminToken>();
        var url = new Uri(gateway, "/admin/faults");
        return token.IsGenerated
            ? $"admin calls need this token, made for this process: curl -H '{ServiceToken.HeaderName}: {token.Value}' {url}"
            : $"admin calls need the service token: curl -H \"{ServiceToken.HeaderName}: $TOKEN\" {url}";
    }

    /// <summary>All of it as lines of standard error.</summary>
    public static IEnumerable<string> Lines(IServiceProvider services, Uri gateway)
    {
        foreach (var (name, url) in Targets(services, gateway))
        {
            yield return $"target {name} at {url}";
        }
        yield return $"mcp at {Mcp(gateway)}";
        yield return Admin(services, gateway);
    }
}
