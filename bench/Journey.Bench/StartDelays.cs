using System.Globalization;
using ApeTest.Runs.Directory;

namespace ApeTest.Journey_Bench;

/// <summary>How much later than meant sessions started, over a run: from its <c>histograms.bin</c>.</summary>
internal static class StartDelays
{
    /// <summary>Prints the first and the last tenth of the run's blocks of 10 s: medians, 99th percentiles and means, in milliseconds.</summary>
    public static void Print(string path)
    {
        var blocks = HistogramFile.Read(path).Where(block => block.Histograms.ContainsKey("start_delay")).ToList();
        if (blocks.Count == 0)
        {
            Console.WriteLine("no start delays");
            return;
        }
        var tenth = Math.Max(1, blocks.Count / 10);
        Console.WriteLine($"first tenth {Describe(blocks.Take(tenth))}; last tenth {Describe(blocks.TakeLast(tenth))}");
    }

    private static string Describe(IEnumerable<HistogramBlock> blocks)
    {
        var sum = new Runs.Histograms.Histogram();
        foreach (var block in blocks)
        {
            sum.Add(block.Histograms["start_delay"]);
        }
        return string.Create(CultureInfo.InvariantCulture,
            $"mean {sum.Mean?.TotalMilliseconds:0.000} ms, p50 {sum.ValueAt(50)?.TotalMilliseconds:0.000} ms, p99 {sum.ValueAt(99)?.TotalMilliseconds:0.000} ms");
    }
}
