using System.Buffers;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Recording;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Directory;

public sealed class HistogramFileTests
{
    private const int Damages = 3000;

    [Fact]
    public void Read_AnyByteDamaged_IsReadOrRefusedAndNeverABug()
    {
        using var temp = new TempDirectory();
        var (path, whole, random) = (temp.Combine("histograms.bin"), Whole(), new Random(5));
        var refused = 0;
        for (var i = 0; i < Damages; i++)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, damaged);
            try
            {
                _ = HistogramFile.Read(path).Select(static block => block.To - block.From).ToList();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, Damages / 4, Damages);
    }

    [Fact]
    public void Read_TimesOutOfRange_AreRefused()
    {
        using var temp = new TempDirectory();
        var path = temp.Combine("histograms.bin");
        // A block of 11 bytes that begins after the end of time.
        File.WriteAllBytes(path, [.. "APEH"u8, 1, 11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0]);

        Assert.Throws<InvalidDataException>(() => HistogramFile.Read(path));
    }

    private static byte[] Whole()
    {
        var (output, random) = (new ArrayBufferWriter<byte>(), new Random(3));
        HistogramFile.WriteHeader(output);
        for (var block = 0; block < 3; block++)
        {
            var metrics = new MetricsDelta();
            for (var i = 0; i < 50; i++)
            {
                metrics.Actions.Duration.Record(TimeSpan.FromMilliseconds(random.Next(1, 500)));
            }
            HistogramFile.WriteBlock(output, TimeSpan.FromSeconds(block * 10), TimeSpan.FromSeconds((block + 1) * 10), metrics);
        }
        return output.WrittenSpan.ToArray();
    }
}
