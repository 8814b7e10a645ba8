using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>A minute at a moderate rate, for what only time shows.</summary>
public sealed class SoakTests
{
    private const int Rate = 50;
    private const int Seconds = 60;

    /// <summary>Room for what a runtime does with memory that nobody asks back.</summary>
    private const long MostGrowth = 64L << 20;

    [Fact]
    public async Task Start_OneMinute_KeepsItsRateItsCountsAndItsMemory()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, $$$"""
            target: { url: "{{{target.Url}}}" }
            load: { rate: {{{Rate}}}/s }
            duration: {{{Seconds}}}s
            journeys: [ { steps: [ { name: a, post: /t/a, json: { id: "{{uuid()}}" } }, { name: b, get: /t/b } ] } ]
            """);
        await using var process = ApeProcess.Start(directory, "start", JourneyRun.File, "--quiet");
        await ApeShell.UntilAsync(() => target.At("/t/a").Count > Rate * 10);
        var early = MemoryOf(process);
        await ApeShell.UntilAsync(() => target.At("/t/a").Count > Rate * (Seconds - 5));
        var late = MemoryOf(process);
        (await process.EndAsync()).Exits(0);

        var disk = await RunOnDisk.ReadAsync(directory);
        Assert.Equal((Rate * Seconds, Rate * Seconds), (target.At("/t/a").Count, target.At("/t/b").Count));
        Assert.Equal((Rate * Seconds, 0L, 0), (disk.Summary.Sessions.Succeeded, disk.Summary.Load.Dropped, disk.Summary.Errors.Length));
        Assert.Equal(Rate * Seconds * 2, disk.Summary.Http.Sum(http => http.Count));
        Assert.True(late - early < MostGrowth, $"{early} bytes became {late}");
        // No drift: the second half has as many as the first, give or take a busy second.
        var points = File.ReadLines(disk.Directory.TimeseriesFile).Select(line => JsonSerializer.Deserialize(line, RunsJson.Line.TimePoint)!).ToList();
        Assert.Equal(Rate * Seconds * 2, points.Sum(point => point.Actions));
    }

    /// <summary>Resident memory in bytes; 0 where the system does not say.</summary>
    private static long MemoryOf(ApeProcess process) => OperatingSystem.IsLinux()
        ? long.Parse(File.ReadAllText($"/proc/{process.Id}/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize
        : 0;
}
