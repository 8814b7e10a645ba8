using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace ApeTest.Journey_Bench;

/// <summary>Micro-benchmarks of what a journey's request passes, and the reader of bench/soak.sh.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["parts", .. var rest]:
                BenchmarkSwitcher.FromTypes([typeof(StepBenchmark), typeof(RawPolicyBenchmark), typeof(HistogramBenchmark)]).Run(rest is [] ? ["--filter", "*"] : rest,
                    ManualConfig.CreateMinimumViable().AddJob(Job.MediumRun.WithToolchain(InProcessNoEmitToolchain.Instance)));
                return 0;
            case ["start-delays", var path]:
                StartDelays.Print(path);
                return 0;
            default:
                await Console.Error.WriteLineAsync("usage: parts [BENCHMARKDOTNET OPTIONS] | start-delays HISTOGRAMS.BIN");
                return 2;
        }
    }
}
