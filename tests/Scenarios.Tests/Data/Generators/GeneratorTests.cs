using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;

namespace ApeTest.Scenarios.Tests.Data.Generators;

public sealed class GeneratorTests
{
    private const int Slots = 20;
    private readonly FakeTimeProvider _time = new();

    public static TheoryData<string> Calls => [.. GeneratorParser.Examples.Values, "int(-5..5)", "date(+1h..+2h)", "sequence(100)"];

    [Theory]
    [MemberData(nameof(Calls))]
    public void Value_SamePlaceSeedAndSession_IsTheSame(string call)
    {
        var first = Values(call, seed: 42);

        Assert.Equal(first, Values(call, seed: 42));
        // Drawn by whoever runs the block, in any order.
        Assert.Equal(first.AsEnumerable().Reverse(), Enumerable.Range(0, first.Count).Reverse().Select(i => Draw(call, 42, i % Slots, i / Slots)));
    }

    [Theory]
    [InlineData("uuid()")]
    [InlineData("int(1..1000000)")]
    [InlineData("pick(a|b|c|d|e|f|g|h)")]
    [InlineData("name()")]
    [InlineData("email()")]
    [InlineData("date(+1h..+20h)")]
    public void Value_OtherSeedOrPlace_IsAnother(string call)
    {
        var first = Values(call, seed: 42);

        Assert.NotEqual(first, Values(call, seed: 43));
        Assert.NotEqual(first, Values(call, seed: 42, owner: "goal:other"));
    }

    [Theory]
    [InlineData("uuid()")]
    [InlineData("sequence()")]
    [InlineData("email()")]
    public void Value_OneThousandRequests_AreDistinct(string call)
    {
        // In 1,000 sessions, in one session, and in the open model.
        Assert.Equal(1000, Values(call, seed: 1).Distinct().Count());
        var generator = Parse(call);
        var draw = new SessionDraw(1, 3, 5, Slots, _time);
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => draw.Next(generator)).Distinct().Count());
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(i => Draw(call, 1, SessionRandom.Arrival, i)).Distinct().Count());
    }

    [Fact]
    public void Uuid_Value_IsOfVersionFour() =>
        Assert.All(Values("uuid()", 1), uuid => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", uuid));

    [Fact]
    public void Sequence_FirstDraws_CountUpWithoutGaps()
    {
        Assert.Equal(Enumerable.Range(1, 1000), Values("sequence()", 7).Select(int.Parse));
        Assert.Equal(Enumerable.Range(500, 1000), Values("sequence(500)", 8).Select(int.Parse));
        Assert.Equal("11", Draw("sequence()", 1, SessionRandom.Arrival, 10));
    }

    [Fact]
    public void Sequence_PlacesDrawsAndSurplusSlots_AreDistinct()
    {
        var places = Template.Parse("{{sequence()}} {{sequence()}} {{sequence(1)}}").Generators;
        SequenceGenerator.Share(places);
        var values = new List<string>();
        // 60 slots of a run that was planned with 20: one that was scaled up.
        for (var (slot, session) = (0, 0); session < 10; (slot, session) = slot < 59 ? (slot + 1, session) : (0, session + 1))
        {
            var draw = new SessionDraw(1, slot, session, Slots, _time);
            values.AddRange(Enumerable.Range(0, 4).SelectMany(_ => places.Select(draw.Next)));
        }

        Assert.Equal(60 * 10 * 4 * 3, values.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 200 * 3), values.Select(long.Parse).Order().Take(200 * 3).Select(value => (int)value));
    }

    [Fact]
    public void Int_Values_CoverTheRangeEvenly()
    {
        var values = Values("int(-2..2)", 1, 20_000).Select(int.Parse).ToList();

        Assert.Equal([-2, -1, 0, 1, 2], values.Distinct().Order());
        Assert.All(values.CountBy(value => value), value => Assert.InRange(value.Value, 3700, 4300));
        Assert.Equal(["7"], Values("int(7..7)", 1).Distinct());
    }

    [Fact]
    public void Int_WidestRange_StaysWithin()
    {
        var values = Values($"int({-IntGenerator.Limit}..{IntGenerator.Limit})", 1).Select(long.Parse).ToList();

        Assert.All(values, value => Assert.InRange(value, -IntGenerator.Limit, IntGenerator.Limit));
        Assert.Contains(values, value => value < 0);
        Assert.Contains(values, value => value > 0);
    }

    [Fact]
    public void Pick_Values_AreTheTextsEvenly()
    {
        var values = Values(@"pick( red | dark green|a\|b)", 1, 9000);

        Assert.Equal(["a|b", "dark green", "red"], values.Distinct().Order(StringComparer.Ordinal));
        Assert.All(values.CountBy(value => value), value => Assert.InRange(value.Value, 2800, 3200));
    }

    [Fact]
    public void Name_Forms_AreParts()
    {
        Assert.All(Values("name()", 1), name => Assert.Matches("^[A-Z][a-z]+ [A-Z][a-z]+$", name));
        Assert.All(Values("name(first)", 1), name => Assert.Matches("^[A-Z][a-z]+$", name));
        Assert.InRange(Values("name()", 1).Distinct().Count(), 400, 1000);
    }

    [Fact]
    public void Email_Domain_IsTheOneAskedFor()
    {
        Assert.All(Values("email()", 1), email => Assert.Matches(@"^[a-z]+\.[a-z]+\.[0-9a-f]{6}\.[0-9]+@example\.com$", email));
        Assert.All(Values("email(shop.test)", 1), email => Assert.EndsWith("@shop.test", email, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("date()", "2026-11-21T13:15:02Z")]
    [InlineData("date(now)", "2026-11-21T13:15:02Z")]
    [InlineData("date(+1d)", "2026-11-22T13:15:02Z")]
    [InlineData("date(now - 1h30m)", "2026-11-21T11:45:02Z")]
    [InlineData("date(+1d, yyyy-MM-dd)", "2026-11-22")]
    [InlineData("date(, dd.MM.yyyy HH:mm, ddd)", "21.11.2026 13:15, Sat")]
    [InlineData("date(now, unix)", "1795266902")]
    [InlineData("date(now, unixms)", "1795266902000")]
    public void Date_Offset_IsFromTheClock(string call, string expected) => Assert.Equal(expected, Draw(call, 1, 0, 0));

    [Fact]
    public void Date_Range_StaysWithin()
    {
        var values = Values("date(-1h..+1h)", 1).Select(value => DateTimeOffset.Parse(value, System.Globalization.CultureInfo.InvariantCulture) - _time.GetUtcNow()).ToList();

        Assert.All(values, offset => Assert.InRange(offset, TimeSpan.FromHours(-1), TimeSpan.FromHours(1)));
        Assert.InRange(values.Average(offset => offset.TotalMinutes), -5, 5);
    }

    private List<string> Values(string call, long seed, int count = 1000, string owner = "goal:g") =>
        [.. Enumerable.Range(0, count).Select(i => Draw(call, seed, i % Slots, i / Slots, owner))];

    private string Draw(string call, long seed, int slot, int session, string owner = "goal:g") =>
        new SessionDraw(seed, slot, session, Slots, _time).Next(Parse(call, owner));

    private static Generator Parse(string call, string owner = "goal:g") => Assert.Single(Template.Parse($"{{{{{call}}}}}", owner).Generators);
}
