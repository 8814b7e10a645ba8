namespace ApeTest.Runs.Control;

/// <summary>What runs on one target have in common: the server that they load.</summary>
public static class TargetServer
{
    /// <summary>Host and port of a target's URL, equal for the same server however it is spelled. All names of this machine's loopback are one.</summary>
    public static string Of(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var host = url.IdnHost.ToLowerInvariant();
        return $"{(host is "localhost" or "::1" or "[::1]" ? "127.0.0.1" : host)} {url.Port}";
    }
}
