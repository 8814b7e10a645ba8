using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Journeys;

/// <summary>What an agent keeps and forgets between sessions, and where values come from.</summary>
public sealed class SessionTests
{
    [Fact]
    public void Begin_NextSession_ForgetsValuesAndCookies()
    {
        var trip = Trip.With("17", Trip.Get("/{{x}}"));
        trip.Answer(0, "{\"x\":17}", 200, ("Set-Cookie", "sid=1"));
        Assert.Equal("/17", trip.Render(1));
        Assert.Contains("Cookie: sid=1\r\n", trip.Headers, StringComparison.Ordinal);
        trip.Values.Begin(1, 0, 1, trip.Journey);
        Assert.Contains("has no value yet", trip.Problem(1), StringComparison.Ordinal);
        trip.Render(0);
        Assert.DoesNotContain("Cookie", trip.Headers, StringComparison.Ordinal);
    }

    [Fact]
    public void Mark_AfterSetup_KeepsWhatItLeftForTheJourneyAlone()
    {
        var scenario = Trip.Scenario(Trip.Step(Trip.GivesX), Trip.Step(Trip.Get("/{{x}}")));
        var journey = scenario.Journeys[0] with { Setup = [Trip.Step(Trip.GivesX)] };
        var trip = Trip.Of(scenario with { Journeys = [journey, journey with { Name = "k" }] });
        trip.Render(0);
        Assert.True(trip.Answer(0, "{\"x\":\"kept\"}", 200, ("Set-Cookie", "sid=1")).IsOk);
        trip.Values.Mark();
        for (var session = 1; session < 3; session++)
        {
            trip.Values.Begin(1, 0, session, trip.Journey);
            Assert.Equal("/kept", trip.Render(2));
            Assert.Contains("Cookie: sid=1\r\n", trip.Headers, StringComparison.Ordinal);
            trip.Render(1);
            Assert.True(trip.Answer(1, "{\"x\":\"changed\"}", 200, ("Set-Cookie", "sid=2"), ("Set-Cookie", "other=3")).IsOk);
            Assert.Equal("/changed", trip.Render(2));
        }
        trip.Values.Begin(1, 0, 3, trip.Plan.Journeys[1]);
        Assert.Null(trip["x"]);
        Assert.Equal(0, trip.Values.Cookies.Count);
    }

    [Fact]
    public void Share_OfTheRunsSetup_IsKnownInAllSessionsAndGivesWay()
    {
        var scenario = Trip.Scenario(Trip.Step(Trip.Get("/{{tenant}}")), Trip.Step(Trip.Get("/t") with { Extract = Trip.Extract(("tenant", "$.t")) }));
        scenario = scenario with { Setup = [Trip.Step(Trip.Get("/t") with { Extract = Trip.Extract(("tenant", "$.t")) })] };
        var plan = Trip.Compile(scenario);
        var setup = plan.CreateValues();
        setup.Begin(1, 0, 0, plan.Setup!);
        Assert.True(plan.Setup!.Steps[0].TryRender(setup, new(), out _));
        Assert.True(plan.Setup.Steps[0].Read(Trip.Exchange("{\"t\":\"blue\"}"), setup).IsOk);

        var trip = Trip.Of(scenario, shared: setup.ExtractedInClear());
        Assert.Equal("/blue", trip.Render(0));
        trip.Render(1);
        Assert.True(trip.Answer(1, "{\"t\":\"green\"}").IsOk);
        Assert.Equal("/green", trip.Render(0));
        trip.Values.Begin(1, 0, 1, trip.Journey);
        Assert.Equal("/blue", trip.Render(0));
    }

    [Fact]
    public void TryRender_FeedsAndEnvironment_GiveTheSessionsRow()
    {
        var trip = Trip.Of(WithUsers(FeedEnd.Recycle, Trip.Get("/{{user.name}}?t={{env.TAG}}")));
        Assert.Equal("/ann?t=a%20b", trip.Render(0));
        trip.Values.Begin(1, 0, 1, trip.Journey);
        Assert.Equal("/b%C3%B6b?t=a%20b", trip.Render(0));
        Assert.Equal(("b\u00f6b", "a b"), (trip["user.name"], trip["env.TAG"]));
        trip.Values.Begin(1, 0, 2, trip.Journey);
        Assert.Equal("/ann?t=a%20b", trip.Render(0));
    }

    [Fact]
    public void Begin_FeedWithoutRowsLeft_IsTheUsersMistake()
    {
        var trip = Trip.Of(WithUsers(FeedEnd.Stop, Trip.Get("/{{user.name}}")));
        Assert.Equal(ExitCodes.Input, Assert.Throws<ApeTestException>(() => trip.Values.Begin(1, 0, 2, trip.Journey)).ExitCode);
        var unused = Trip.Of(WithUsers(FeedEnd.Stop, Trip.Get("/")));
        unused.Values.Begin(1, 0, 2, unused.Journey);
    }

    [Fact]
    public void TryRender_GeneratedColumns_AreMadeOnceASession()
    {
        var scenario = Trip.Scenario(Trip.Step(Trip.Get("/{{order.id}}/{{order.note}}")), Trip.Step(Trip.Get("/{{order.id}}")));
        var feed = new FeedSpec { Generated = true, Columns = ["id", "note"], Rows = [["{{uuid()}}", "for {{user.name}} {{order.id}}"]] };
        var users = new FeedSpec { Csv = "u.csv", Columns = ["name"], Rows = [["ann"]] };
        var trip = Trip.Of(scenario with { Data = scenario.Data.Add("order", feed).Add("user", users) });
        var first = trip.Render(0);
        var id = first.Split('/')[1];
        Assert.Equal($"/{id}/for%20ann%20{id}", first);
        Assert.Equal("/" + id, trip.Render(1));
        trip.Values.Begin(1, 0, 1, trip.Journey);
        Assert.NotEqual(first, trip.Render(0));
        trip.Values.Begin(1, 0, 0, trip.Journey);
        Assert.Equal(first, trip.Render(0));
    }

    [Fact]
    public void TryRender_ColumnsThatNameEachOther_HaveNoValue()
    {
        var scenario = Trip.Scenario(Trip.Step(Trip.Get("/{{a.a}}")));
        var trip = Trip.Of(scenario with { Data = scenario.Data.Add("a", new FeedSpec { Generated = true, Columns = ["a", "b"], Rows = [["{{a.b}}", "{{a.a}}"]] }) });
        Assert.Contains("'a.a' has no value", trip.Problem(0), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_GeneratorInAStep_GivesAnotherValueEachTimeAndTheSameInTheSameSession()
    {
        var trip = Trip.Of(Trip.Post("/", new BodySpec { Json = "{\"a\":\"{{uuid()}}\",\"b\":\"{{uuid()}}\"}" }), Trip.Get("/{{sequence(5)}}"), Trip.Get("/{{sequence(5)}}"));
        trip.Render(0);
        var first = trip.Body;
        trip.Render(0);
        var second = trip.Body;
        Assert.NotEqual(first, second);
        Assert.NotEqual(first.Split('"')[3], first.Split('"')[7]);
        // Places of the same sequence share its numbers.
        Assert.Equal(("/5", "/6"), (trip.Render(1), trip.Render(2)));
        trip.Values.Begin(1, 0, 0, trip.Journey);
        trip.Render(0);
        Assert.Equal(first, trip.Body);
    }

    [Fact]
    public void Cookies_OfAnswers_GoWhereTheyBelong()
    {
        var time = new FakeTimeProvider();
        var trip = Trip.Of(Trip.Scenario(Trip.Step(Trip.Get("/shop/login")), Trip.Step(Trip.Get("/admin")), Trip.Step(Trip.Get("http://other.test/shop")),
            Trip.Step(Trip.Get("/shop/x") with { Headers = [new("Cookie", "own=1; sid={{x}}")] }), Trip.Step(Trip.GivesX)), time);
        trip.Render(0);
        trip.Answer(0, "", 200, ("Set-Cookie", "sid=a; Max-Age=60"), ("Set-Cookie", "all=b; Path=/"), ("Set-Cookie", "safe=c; Secure; Path=/"), ("Set-Cookie", "far=d; Domain=else.test"));
        trip.Render(0);
        Assert.EndsWith("Cookie: sid=a; all=b\r\n", trip.Headers, StringComparison.Ordinal);
        trip.Render(1);
        Assert.EndsWith("Cookie: all=b\r\n", trip.Headers, StringComparison.Ordinal);
        trip.Render(2);
        Assert.DoesNotContain("Cookie", trip.Headers, StringComparison.Ordinal);
        trip.Render(4);
        trip.Answer(4, "{\"x\":\"mine\"}");
        trip.Render(3);
        Assert.EndsWith("Cookie: all=b; own=1; sid=mine\r\n", trip.Headers, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(61));
        trip.Render(0);
        Assert.EndsWith("Cookie: all=b\r\n", trip.Headers, StringComparison.Ordinal);
    }

    private static Scenario WithUsers(FeedEnd end, RequestSpec request)
    {
        var scenario = Trip.Scenario(Trip.Step(request));
        return scenario with
        {
            Data = scenario.Data.Add("user", new FeedSpec { Csv = "u.csv", OnEnd = end, Columns = ["name"], Rows = [["ann"], ["b\u00f6b"]] }),
            Environment = scenario.Environment.Add("TAG", "a b"),
        };
    }
}
