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
        Assert.True(trip.Journey.Steps[0].TryRedirect(Trip.Exchange("", status, ("Location", location)), trip.Values, trip.Request, out var problem), problem.Detail);
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
        Assert.True(problem.IsOk);
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
        Assert.Equal("302 leads to no URL that can be asked", problem.Detail);
    }

    [Fact]
    public void TryRedirect_FromAPathThatLooksLikeAnotherHost_ComparesWithTheServerThatWasAsked()
    {
        var trip = Trip.Of(Trip.Get("/") with { Headers = [new("Authorization", "Bearer t")] });
        trip.Render(0);
        Assert.True(trip.Journey.Steps[0].TryRedirect(Trip.Exchange("", 302, ("Location", $"http://{Trip.Host}//other.test/a")), trip.Values, trip.Request, out _));
        Assert.Equal(("shop.test", "//other.test/a"), (trip.Request.Route.Server.Host, System.Text.Encoding.UTF8.GetString(trip.Request.Target.Span)));
        Assert.True(trip.Journey.Steps[0].TryRedirect(Trip.Exchange("", 302, ("Location", "/landing")), trip.Values, trip.Request, out _));
        Assert.Equal("shop.test", trip.Request.Route.Server.Host);
        Assert.Contains("Authorization: Bearer t\r\n", trip.Headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://other.test/a", false)]
    [InlineData("https://shop.test:8080/a", false)]
    [InlineData("http://shop.test:8080/a", true)]
    public void TryRedirect_HeaderWithASecretValue_StaysWithItsOrigin(string location, bool goes)
    {
        var trip = WithSecret(Trip.Get("/") with { Headers = [new("X-Shop", "{{api_token}}"), new("X-Plain", "p")] });
        Assert.True(trip.Journey.Steps[1].TryRedirect(Trip.Exchange("", 302, ("Location", location)), trip.Values, trip.Request, out _));
        Assert.Equal(goes, trip.Headers.Contains("s3cret", StringComparison.Ordinal));
        Assert.Contains("X-Plain: p\r\n", trip.Headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(307, "http://other.test/a", false)]
    [InlineData(308, "https://shop.test:8080/a", false)]
    [InlineData(303, "http://other.test/a", true)]
    [InlineData(307, "/a", true)]
    public void TryRedirect_BodyWithASecret_IsSentToNobodyElse(int status, string location, bool follows)
    {
        var trip = WithSecret(Trip.Post("/", new BodySpec { Text = "password={{api_token}}" }));
        Assert.Equal(follows, trip.Journey.Steps[1].TryRedirect(Trip.Exchange("", status, ("Location", location)), trip.Values, trip.Request, out var problem));
        Assert.Equal(follows ? null : "denied", problem.ErrorType);
        Assert.DoesNotContain("s3cret", problem.Detail ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_ExtractedUrlOfAnotherHost_TakesNoCredentialsAlong()
    {
        var trip = WithSecret(Trip.Get("{{next}}") with { Headers = [new("Authorization", "Bearer x"), new("X-Shop", "{{api_token}}"), new("Cookie", "own=1"), new("X-Plain", "p")] });
        Assert.Equal("other.test", trip.Request.Route.Server.Host);
        Assert.Matches("^X-Plain: p\r\nAccept: [^\r]+\r\nUser-Agent: [^\r]+\r\n$", trip.Headers);
    }

    [Theory]
    [InlineData("{{next}}", "api_token={{api_token}}", "the body holds a secret")]
    [InlineData("{{next}}?k={{api_token}}", "plain", "a secret is added to it")]
    public void TryRender_ExtractedUrlOfAnotherHostWithASecret_IsRefused(string path, string body, string problem)
    {
        var trip = Trip.Of(GivesSecret, Trip.Post(path, new BodySpec { Text = body }));
        trip.Render(0);
        trip.Answer(0, Answer);
        Assert.Contains(problem, trip.Problem(1), StringComparison.Ordinal);
    }

    private const string Answer = "{\"t\":\"s3cret\",\"n\":\"http://other.test/a\"}";

    private static RequestSpec GivesSecret => Trip.Get("/x") with { Extract = Trip.Extract(("api_token", "$.t"), ("next", "$.n")) };

    private static Trip WithSecret(RequestSpec request)
    {
        var trip = Trip.Of(GivesSecret, request);
        trip.Render(0);
        Assert.Equal(ApeTest.Targets.Journeys.StepResult.Ok, trip.Answer(0, Answer));
        trip.Render(1);
        return trip;
    }
}
