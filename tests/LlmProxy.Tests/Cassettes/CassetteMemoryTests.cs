using System.Text;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Chat;

namespace ApeTest.LlmProxy.Tests.Cassettes;

/// <summary>What a cassette takes of the process's memory: alone, since other tests' memory is the process's too.</summary>
[Collection(nameof(RealClock))]
public sealed class CassetteMemoryTests : CassetteFixture
{
    [Fact]
    public async Task Load_FiftyMegabytes_MemoryHoldsPlacesOnly()
    {
        await RecordAsync(Ask("one"));
        var lines = Lines();
        await using (var writer = new StreamWriter(File, append: true, Encoding.UTF8))
        {
            var filler = new string('x', 10_000);
            for (var i = 0; i < 5000; i++)
            {
                await writer.WriteAsync(lines[1].Replace("\"Hel\"", $"\"{filler}\"", StringComparison.Ordinal).Replace("\"one\"", $"\"number {i}.\"", StringComparison.Ordinal) + "\n");
            }
        }

        Assert.InRange(new FileInfo(File).Length, 50_000_000, 80_000_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var proxy = await StartAsync(CassetteMode.Replay);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(grown, long.MinValue, 20_000_000);
        Assert.Contains("xxx", (await SendAsync(proxy, Ask("number 4999."))).Single(), StringComparison.Ordinal);
    }
}
