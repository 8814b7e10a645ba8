using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Tests.Journeys;

public sealed class KeptBodyTests
{
    public static TheoryData<string, int> Steps { get; } = new()
    {
        { "nothing", 0 },
        { "status", 0 },
        { "header", 0 },
        { "cookie", 0 },
        { "json", RawRequest.MostBody },
        { "text", RawRequest.MostBody },
        { "regex", RawRequest.MostBody },
        { "length", RawRequest.MostBody },
        { "extract", RawRequest.MostBody },
        { "css", RawRequest.MostBody },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void TryRender_Step_KeepsTheBodyOnlyWhereItReadsIt(string step, int most)
    {
        var trip = Trip.Of(Of(step));

        trip.Render(0);

        Assert.Equal(most, trip.Request.MaxBodyBytes);
    }

    [Fact]
    public void TryRender_SomebodyElseReadsBodies_KeepsThem()
    {
        var trip = Trip.Of(Trip.Get("/"));
        trip.Request.KeepsBody = true;

        trip.Render(0);

        Assert.Equal(RawRequest.MostBody, trip.Request.MaxBodyBytes);
    }

    private static RequestSpec Of(string step)
    {
        var request = Trip.Get("/");
        return step switch
        {
            "status" => request with { Check = new CheckSpec { Status = "200" } },
            "header" => request with { Check = new CheckSpec { Header = Trip.Extract(("Content-Type", "json")) }, Extract = Trip.Extract(("x", "header:Location")) },
            "cookie" => request with { Extract = Trip.Extract(("x", "cookie:sid")) },
            "json" => request with { Check = new CheckSpec { Json = Trip.Extract(("$.id", "17")) } },
            "text" => request with { Check = new CheckSpec { Text = "fine" } },
            "regex" => request with { Check = new CheckSpec { Regex = "fi.e" } },
            "length" => request with { Check = new CheckSpec { MaxBytes = 100 } },
            "extract" => request with { Extract = Trip.Extract(("x", "$.x")) },
            "css" => request with { Extract = Trip.Extract(("x", "css:title")) },
            _ => request,
        };
    }
}
