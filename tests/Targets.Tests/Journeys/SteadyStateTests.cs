using System.Text;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Tests.Journeys;

/// <summary>What a step allocates once its session is under way: nothing.</summary>
public sealed class SteadyStateTests
{
    [Fact]
    public void RenderAndRead_TenThousandTimes_AllocateNothing()
    {
        var items = string.Join(',', Enumerable.Range(1, 20).Select(static i => $"{{\"id\":{i},\"name\":\"item {i}\",\"price\":{i}.5}}"));
        var scenario = Trip.Scenario(
            Trip.Step(Trip.Post("/login", new BodySpec { Json = "{\"name\":\"{{user.name}}\",\"password\":\"{{user.password}}\"}" })
                with { Extract = Trip.Extract(("token", "$.data.token"), ("id", "$.user.id")), Check = new CheckSpec { Status = "200|201" } }),
            Trip.Step(Trip.Get("/items?owner={{id}}&q={{env.TAG}}") with
            {
                Headers = [new("Authorization", "Bearer {{token}}")],
                Extract = Trip.Extract(("item", "$.items[19].id"), ("any", "$.items[0].name")),
                Check = new CheckSpec { Json = Trip.Extract(("$.total", "20"), ("$.items", "{\"exists\":true}")) },
            }));
        var trip = Trip.Of(scenario with
        {
            Data = scenario.Data.Add("user", new FeedSpec { Csv = "u.csv", Columns = ["name", "password"], Rows = [["J\u00f6rg \"J\"", "p&w"]] }),
            Environment = scenario.Environment.Add("TAG", "a b"),
        });
        var login = Trip.Exchange("{\"data\":{\"token\":\"abc.\\u0064ef\"},\"user\":{\"id\":4711,\"name\":\"x\"}}", 200, ("Content-Type", "application/json"));
        var list = Trip.Exchange($"{{\"items\":[{items}],\"total\":20}}");
        for (var i = 0; i < 200; i++)
        {
            Assert.True(Turn(trip, login, list));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var isOk = true;
        for (var i = 0; i < 10_000; i++)
        {
            isOk &= Turn(trip, login, list);
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(isOk);
        Assert.Equal(0, allocated);
        Assert.Equal("/items?owner=4711&q=a%20b", Encoding.UTF8.GetString(trip.Request.Target.Span));
        Assert.StartsWith("Authorization: Bearer abc.def\r\n", trip.Headers, StringComparison.Ordinal);
        Assert.Equal(("20", "item 1"), (trip["item"], trip["any"]));
    }

    private static bool Turn(Trip trip, RawExchange login, RawExchange list) =>
        trip.Journey.Steps[0].TryRender(trip.Values, trip.Request, out _) && trip.Journey.Steps[0].Read(login, trip.Values).IsOk
        && trip.Journey.Steps[1].TryRender(trip.Values, trip.Request, out _) && trip.Journey.Steps[1].Read(list, trip.Values).IsOk;
}
