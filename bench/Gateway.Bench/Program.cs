namespace ApeTest.Gateway_Bench;

/// <summary>The peers of bench/gateway.sh, and the benchmark of the policy alone.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["target", var url]:
                await Peers.RunTargetAsync(url);
                return 0;
            case ["yarp", var url, var target]:
                await Peers.RunYarpAsync(url, target);
                return 0;
            case ["policy", ..]:
                PolicyBenchmark.Run();
                return 0;
            default:
                await Console.Error.WriteLineAsync("usage: target URL | yarp URL TARGET | policy");
                return 2;
        }
    }
}
