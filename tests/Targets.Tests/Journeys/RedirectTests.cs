using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Targets.Tests.Journeys;

public sealed class RedirectTests
{
    [Theory]
    [InlineData(303, "POST", "/next?a=b#part", "GET /next?a=b")]
    [InlineData(302, "POST", "next", "GET /shop/next")]
    [InlineData(301, "PUT", "../next", "GET /next")]
    [InlineData(302, "HEAD", "/next", "HEAD /next")]
    [InlineData(303, "HEAD", "/next", "HEAD /next")]
    [InlineData(307, "POST", "http://shop.test:8080/next", "POST /next body")]
    [InlineData(308, "PUT", "?page=2", "PUT /shop/cart?page=2 body")]
    [InlineData(302, "GET", "/caf\u00e9 x", "GET /caf%C3%A9%20x")]
    public void TryRedirect_Answer_MakesTheNextRequest(int status, string method, string location, string expected)
    {
        var trip = Trip.Of(new RequestSpec { Method = method, Path = "/shop/cart", Body = method is "HEAD" or "GET" ? null : new BodySpec { Text = "body" } });
        trip.Render(0);
        Assert.True(trip.Journey.Steps[0].TryRedirect(Trip.Exchange("", status, ("Location", location)), trip.Values, trip.Request, out var problem), problem);
        var sent = $"{trip.Request.Route.Method} {System.Text.Encoding.UTF8.GetString(trip.Request.Target.Span)} {trip.Body}".TrimEnd();
        Assert.Equal(expected, sent);
        Assert.Equal(expected.EndsWith("body", StringComparison.Ordinal), trip.Headers.Contains("Content-Type", StringComparison.Ordinal));
        Assert.Equal(expected.EndsWith("body", StringComparison.Ordinal), trip.Request.HasBody);
        Assert.Equal("shop.test", trip.Request.Route.Server.Host);
    }

    [Theory]
    [InlineData("http://other.test/a")]
    [InlineData("//other.test/a")]
    public void TryRedirect_ToAnotherHost_LeavesCredentialsBehind(string location)
    {
        var trip = Trip.Of(Trip.Get("/") with { Headers = [new("Authorization", "Bearer t"), new("X-Api-Key", "k"), new("X-Plain", "p"), new("Cookie", "own=1")] });
        trip.Render(0);
        trip.Answer(0, "", 200, ("Set-Cookie", "sid=1"));
        trip.Render(0);
        Assert.True(trip.Journey.Steps[0].TryRedirect(Trip.Exchange("", 307, ("Location", location)), trip.Values, trip.Request, out _));
        Assert.Equal("other.test", trip.Request.Route.Server.Host);
        Assert.Matches("^X-Plain: p\r\nAccept: [^\r]+\r\nUser-Agent: [^\r]+\r\n$", trip.Headers);
    }

    [Fact]
    public void TryRedirect_CookieOfTheHop_GoesWithTheNext()
    {
        var trip = Trip.Of(Trip.Post("/login", new BodySpec { Form = [new("a", "b")] }));
        trip.Render(0);
        Assert.True(trip.Journey.Steps[0].TryRedirect(Trip.Exchange("", 302, ("Set-Cookie", "sid=9; Path=/"), ("Location", "/home")), trip.Values, trip.Request, out _));
        Assert.EndsWith("Cookie: sid=9\r\n", trip.Headers, StringComparison.Ordinal);
        Assert.True(trip.Journey.Steps[0].TryRedirect(Trip.Exchange("", 302, ("Set-Cookie", "sid=10; Path=/"), ("Location", "/home2")), trip.Values, trip.Request, out _));
        Assert.EndsWith("Cookie: sid=10\r\n", trip.Headers, StringComparison.Ordinal);
        Assert.Equal(1, trip.Headers.Split("Cookie:").Length - 1);
    }

    [Theory]
    [InlineData(200, "/next", null, 5)]
    [InlineData(302, null, null, 5)]
    [InlineData(302, "", null, 5)]
    [InlineData(304, "/next", null, 5)]
    [InlineData(302, "/next", "302", 5)]
    [InlineData(302, "/next", null, 0)]
    public void TryRedirect_AnswerThatIsNone_IsTheAnswer(int status, string? location, string? asked, int redirects)
    {
        var trip = Trip.Of(Trip.Get("/") with { Check = new CheckSpec { Status = asked }, Redirects = redirects });
        trip.Render(0);
        var exchange = location is null ? Trip.Exchange("", status) : Trip.Exchange("", status, ("Location", location));
        Assert.False(trip.Journey.Steps[0].TryRedirect(exchange, trip.Values, trip.Request, out var problem));
        Assert.Null(problem);
        Assert.True(trip.Journey.Steps[0].Read(exchange, trip.Values).IsOk);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://user:secret@shop.test:8080/")]
    [InlineData("http://")]
    public void TryRedirect_ToWhatIsNoUrl_IsAProblemThatDoesNotTellIt(string location)
    {
        var trip = Trip.Of(Trip.Get("/"));
        trip.Render(0);
        Assert.False(trip.Journey.Steps[0].TryRedirect(Trip.Exchange("", 302, ("Location", location)), trip.Values, trip.Request, out var problem));
        Assert.Equal("302 leads to no URL that can be asked", problem);
    }
}
