using System.Globalization;
using ApeTest.Tests.Shared;

namespace ApeTest.Queue_Bench;

/// <summary>bench/queue.sh: a server of its own, then both measurements.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is not [var megabytes, var slots] || !int.TryParse(megabytes, CultureInfo.InvariantCulture, out var size) || !int.TryParse(slots, CultureInfo.InvariantCulture, out var agents))
        {
            await Console.Error.WriteLineAsync("usage: MEGABYTES SLOTS");
            return 2;
        }
        await using var server = await PostgresServer.StartAsync(durable: true, CancellationToken.None);
        var whole = await Throughput.RunAsync(server, size);
        var cheap = await SlotCost.RunAsync(server, agents, TimeSpan.FromSeconds(20));
        return whole && cheap ? 0 : 1;
    }
}
