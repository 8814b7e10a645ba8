using System.Text.Json;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Tests.Recording;

public sealed class StatusCountsTests
{
    [Fact]
    public void Add_RandomStatuses_CountsAsADictionaryDoes()
    {
        var random = new Random(11);
        var expected = new SortedDictionary<int, long>();
        var (all, part) = (new StatusCounts(), new StatusCounts());
        for (var i = 0; i < 5000; i++)
        {
            var status = random.Next(-50, 1100);
            var count = random.Next(1, 5);
            var key = status is >= 100 and < 1000 ? status : 0;
            expected[key] = expected.GetValueOrDefault(key) + count;
            (i % 2 == 0 ? all : part).Add(status, count);
        }
        all.Add(part);

        Assert.Equal(expected, all);
        Assert.Equal(expected.Count, all.Count);
        Assert.Equal(expected.Where(status => status.Key is >= 400 and < 500).Sum(status => status.Value), all.Between(400, 500));
        Assert.Equal((expected[0], expected[503], 0L), (all[0], all[503], new StatusCounts()[503]));
    }

    [Fact]
    public void Json_RoundTrip_IsAnObjectByStatus()
    {
        var counts = new StatusCounts();
        counts.Add(503, 2);
        counts.Add(201, 403);

        var json = JsonSerializer.Serialize(counts);

        Assert.Equal("""{"201":403,"503":2}""", json);
        Assert.Equal(counts, JsonSerializer.Deserialize<StatusCounts>(json)!);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"x":1}""")]
    [InlineData("""{"200":"many"}""")]
    [InlineData("""{"200":{}}""")]
    public void Json_OfAnythingElse_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<StatusCounts>(json));
}
