using System.Globalization;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Readiness;

/// <summary>What this process may use. Null: unlimited, or unknown on this system.</summary>
internal sealed record MachineLimits
{
    /// <summary>Open files at most.</summary>
    public long? OpenFiles { get; init; }

    /// <summary>Local ports for connections to one address.</summary>
    public long? Ports { get; init; }

    /// <summary>Memory in bytes: the container's limit, or the machine's.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Those of this process.</summary>
    public static MachineLimits OfProcess() => new()
    {
        OpenFiles = FileDescriptors.Limit(),
        Ports = Read("/proc/sys/net/ipv4/ip_local_port_range", PortsOf),
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var bytes ? bytes : null,
    };

    /// <summary>The number of ports in <c>32768 60999</c>.</summary>
    public static long? PortsOf(string range)
    {
        var bounds = range.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return bounds.Length == 2
            && int.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last >= first ? last - first + 1 : null;
    }

    private static long? Read(string file, Func<string, long?> parse)
    {
        try
        {
            return File.Exists(file) ? parse(File.ReadAllText(file)) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
