using System.Globalization;

namespace ApeTest.LlmProxy_Bench;

/// <summary>
/// Many streams through one proxy for minutes: no error, memory flat, every time to first token recorded. Flat means: the median of the last third of the samples is
/// at most a tenth above that of the second third; the first third is the proxy's warming up.
/// </summary>
internal sealed class Soak(LoadOptions options, TimeProvider clock)
{
    private const string Count = "gen_ai_server_time_to_first_token_seconds_count";
    private const double MostGrowth = 1.1;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>0: all three hold; 1: not.</summary>
    public async Task<int> RunAsync()
    {
        var metrics = options.Metrics ?? throw new FormatException("soak needs --metrics");
        if (options.Process == 0)
        {
            throw new FormatException("soak needs --pid");
        }

        using var client = new HttpClient();
        var before = await ReadCountAsync(client, metrics);
        var load = new LoadClient(options, clock);
        var running = load.RunAsync();
        var memory = await WatchAsync(load, running);
        var result = await running;
        Console.WriteLine(result.ToJson().ToJsonString());
        var recorded = await SettledCountAsync(client, metrics, before, result.Exchanges.Count);
        return Judge(result, recorded, memory) ? 0 : 1;
    }

    private async Task<List<long>> WatchAsync(LoadClient load, Task running)
    {
        var memory = new List<long>();
        using var timer = new PeriodicTimer(Interval, clock);
        Console.WriteLine("second  streams done  RSS MB of the proxy");
        var began = clock.GetTimestamp();
        while (await Task.WhenAny(running, timer.WaitForNextTickAsync().AsTask()) != running)
        {
            memory.Add(ReadMemory(options.Process));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.GetElapsedTime(began).TotalSeconds,6:0}  {load.Ended,12}  {memory[^1] >> 20,8}"));
        }

        return memory;
    }

    private static bool Judge(LoadResult result, long recorded, List<long> memory)
    {
        var errors = result.Exchanges.Count - result.Whole;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"streams {result.Exchanges.Count}, errors {errors}, times to first token recorded {recorded}, told in-band {result.Measured}"));
        var flat = true;
        if (memory.Count >= 3)
        {
            var third = memory.Count / 3;
            var growth = (double)Median(memory[^third..]) / Median(memory[third..^third]);
            flat = growth <= MostGrowth;
            var minute = Math.Min(memory.Count, (int)(TimeSpan.FromMinutes(1) / Interval));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"RSS MB: least {memory.Min() >> 20}, most {memory.Max() >> 20}, first minute {Median(memory[..minute]) >> 20}, last minute {Median(memory[^minute..]) >> 20}; last third x {growth:0.00} of the second"));
        }

        var holds = result.Whole > 0 && errors == 0 && recorded == result.Exchanges.Count && result.Measured == result.Whole && flat;
        Console.WriteLine(holds ? "holds: no error, memory flat, every time to first token recorded" : "DOES NOT HOLD");
        return holds;
    }

    // A call is recorded after its last byte: the client may know of its end first.
    private async Task<long> SettledCountAsync(HttpClient client, Uri metrics, long before, long expected)
    {
        for (var i = 0; ; i++)
        {
            var count = await ReadCountAsync(client, metrics) - before;
            if (count >= expected || i == 20)
            {
                return count;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), clock);
        }
    }

    private static async Task<long> ReadCountAsync(HttpClient client, Uri metrics)
    {
        long sum = 0;
        foreach (var line in (await client.GetStringAsync(metrics)).Split('\n'))
        {
            if (line.StartsWith(Count, StringComparison.Ordinal))
            {
                sum += (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
            }
        }

        return sum;
    }

    private static long ReadMemory(int process)
    {
        foreach (var line in File.ReadLines($"/proc/{process}/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(6).Trim().TrimEnd("kB "), CultureInfo.InvariantCulture) << 10;
            }
        }

        return 0;
    }

    private static long Median(List<long> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
