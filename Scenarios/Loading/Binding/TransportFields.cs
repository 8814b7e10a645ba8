using System.Net;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>The fields of <c>target</c> that say how requests get there.</summary>
internal static class TransportFields
{
    public static readonly IReadOnlyList<(string, ConnectionUse)> Connections =
        [("own", ConnectionUse.Own), ("session", ConnectionUse.Session), ("shared", ConnectionUse.Shared)];

    public static readonly IReadOnlyList<(string, TransportUse)> Transports =
        [("auto", TransportUse.Auto), ("lean", TransportUse.Lean), ("sockets", TransportUse.Sockets)];

    private static readonly IReadOnlyList<(string Word, HttpUse Value)> Versions = [("auto", HttpUse.Auto), ("1.1", HttpUse.Http11), ("2", HttpUse.Http2)];

    /// <summary>Versions are numbers to YAML and texts to people: both are right.</summary>
    public static Rule<HttpUse> Http { get; } = Rules.Choice(Versions);

    /// <summary>An address of this machine; whether it is one, its use shows.</summary>
    public static Rule<string> Address { get; } = Rules.Text("10.0.0.5", 64).Then(static text =>
        IPAddress.TryParse(text, out var address) && (address.GetAddressBytes().Length > 4 || text.Count('.') == 3)
            ? address.ToString()
            : Rules.Wrong<string>($"must be an IP address (got {Quote.Plain(text)})", "Use for example 10.0.0.5, an address of this machine."));

    /// <summary>An http URL of host and port.</summary>
    public static Rule<Uri> Proxy { get; } = NetworkRules.Url("http://127.0.0.1:3128").Then(static url => url.Scheme == Uri.UriSchemeHttp && url.AbsolutePath == "/"
        ? url
        : Rules.Wrong<Uri>($"must be an http:// URL without a path (got {Quote.Plain(url.OriginalString)})", "Use for example http://127.0.0.1:3128."));

    /// <summary>What the lean transport cannot do.</summary>
    public static void Check(ObjectReader reader, Uri? url, HttpUse http, TransportUse transport, Uri? proxy)
    {
        if (transport is TransportUse.Lean)
        {
            var (field, what) = url?.Scheme == Uri.UriSchemeHttps ? ("url", "an https target") : http is HttpUse.Http2 ? ("http", "HTTP/2") : proxy is not null ? ("proxy", "a proxy") : ("", "");
            if (field.Length > 0)
            {
                reader.Error(reader.Take("transport"), "transport", $"the lean transport cannot do {what}", $"Use `transport: auto`, or change `target.{field}`.");
            }
        }
    }
}
