namespace ApeTest.ServiceDefaults.Logging;

/// <summary>How services hand their log lines to the collector of a stack.</summary>
public static class LogShipment
{
    /// <summary>Path that takes lines, newline-delimited JSON, by <c>POST</c>; <c>from</c> in the query names the process.</summary>
    public const string Path = "/api/v1/log-lines";
}
