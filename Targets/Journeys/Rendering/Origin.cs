using System.Text;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>Scheme, host and port of a step's server, in the forms that are asked for in each request.</summary>
internal sealed class Origin(Uri server)
{
    public Uri Server { get; } = server;

    /// <summary><c>http://shop.test:8080</c>.</summary>
    public byte[] Text { get; } = Encoding.ASCII.GetBytes(server.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));

    /// <summary>Host as cookies know it.</summary>
    public string Host { get; } = HostRule.HostOf(server);

    public bool IsSecure { get; } = server.Scheme == Uri.UriSchemeHttps;

    /// <summary>Whether a URL is of this origin.</summary>
    public bool Contains(Uri url) => url.Scheme == Server.Scheme && url.Port == Server.Port && string.Equals(url.Host, Server.Host, StringComparison.OrdinalIgnoreCase);
}
