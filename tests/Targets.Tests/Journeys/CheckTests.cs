using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Http;
using ApeTest.Targets.Journeys;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Journeys;

public sealed class CheckTests
{
    [Theory]
    [InlineData(null, 200, null)]
    [InlineData(null, 302, null)]
    [InlineData(null, 404, "http_404")]
    [InlineData(null, 503, "http_503")]
    [InlineData("201", 201, null)]
    [InlineData("201", 200, "check")]
    [InlineData("201", 500, "http_500")]
    [InlineData("404", 404, null)]
    [InlineData("2xx|404", 404, null)]
    [InlineData("2xx", 302, "check")]
    public void Read_Status_MustBeOneAskedFor(string? statuses, int status, string? error)
    {
        var trip = Trip.Of(Trip.Get("/") with { Check = new CheckSpec { Status = statuses }, Redirects = 0 });
        trip.Render(0);
        var result = trip.Answer(0, "", status);
        Assert.Equal(error, result.ErrorType);
        Assert.Equal(error is null ? null : $"status {status}, expected {statuses ?? "below 400"}", result.Detail);
    }

    [Theory]
    [InlineData("$.a", "1", "{\"a\":1}", true)]
    [InlineData("$.a", "1", "{\"a\":1.0}", true)]
    [InlineData("$.a", "1", "{\"a\":\"1\"}", true)]
    [InlineData("$.a", "\"1\"", "{\"a\":1}", false)]
    [InlineData("$.a", "paid", "{\"a\":\"p\\u0061id\"}", true)]
    [InlineData("$.a", "paid", "{\"a\":\"open\"}", false)]
    [InlineData("$.a", "true", "{\"a\":true}", true)]
    [InlineData("$.a", "true", "{\"a\":false}", false)]
    [InlineData("$.a", "null", "{\"a\":null}", true)]
    [InlineData("$.a", "{\"exists\":true}", "{\"a\":null}", true)]
    [InlineData("$.a", "{\"exists\":true}", "{\"b\":null}", false)]
    [InlineData("$.a", "{\"exists\":false}", "{\"b\":null}", true)]
    [InlineData("$.a", "{\"exists\":false}", "{\"b\":", false)]
    [InlineData("$.a", "{\"min\":2,\"max\":4}", "{\"a\":3}", true)]
    [InlineData("$.a", "{\"count\":2}", "{\"a\":[1,2]}", true)]
    [InlineData("$.a[*].b", "2", "{\"a\":[{\"b\":1},{\"b\":2}]}", true)]
    [InlineData("$.a", "{\"equals\":{\"b\":1}}", "{\"a\":{\"b\":1}}", true)]
    [InlineData("$.a", "1", "<html>", false)]
    public void Read_Json_IsCompared(string path, string comparison, string body, bool holds)
    {
        var trip = Trip.Of(Trip.Get("/") with { Check = new CheckSpec { Json = Trip.Extract((path, comparison)) } });
        trip.Render(0);
        Assert.Equal(holds ? null : "check", trip.Answer(0, body).ErrorType);
    }

    [Fact]
    public void Read_JsonThatIsNotAsExpected_SaysWhatItIs()
    {
        var trip = Trip.Of(Trip.Get("/") with { Check = new CheckSpec { Json = Trip.Extract(("$.state", "paid"), ("$.n", "{\"exists\":true}")) } });
        trip.Render(0);
        Assert.Equal("$.state is \"open\", expected paid", trip.Answer(0, "{\"state\":\"open\",\"n\":1}").Detail);
        Assert.Equal("$.n is missing, expected a value", trip.Answer(0, "{\"state\":\"paid\"}").Detail);
    }

    [Fact]
    public void Read_ComparisonWithAValue_FillsItIn()
    {
        var trip = Trip.With("17", Trip.Get("/") with { Check = new CheckSpec { Json = Trip.Extract(("$.id", "{{x}}")) } });
        trip.Render(1);
        Assert.True(trip.Answer(1, "{\"id\":17}").IsOk);
        Assert.Equal("$.id is 18, expected 17", trip.Answer(1, "{\"id\":18}").Detail);
    }

    [Fact]
    public void Read_HeaderTextAndRegex_AreCompared()
    {
        var check = new CheckSpec { Header = Trip.Extract(("content-type", "{\"contains\":\"json\"}")), Text = "order", Regex = "no\\. \\d+" };
        var trip = Trip.Of(Trip.Get("/") with { Check = check });
        trip.Render(0);
        Assert.True(trip.Answer(0, "order no. 1", 200, ("Content-Type", "application/json")).IsOk);
        Assert.Equal("check", trip.Answer(0, "order no. 1", 200, ("Content-Type", "text/html")).ErrorType);
        Assert.Equal("check", trip.Answer(0, "order no. 1").ErrorType);
        Assert.Equal("check", trip.Answer(0, "no. 1", 200, ("Content-Type", "application/json")).ErrorType);
        Assert.Equal("check", trip.Answer(0, "order", 200, ("Content-Type", "application/json")).ErrorType);
    }

    [Fact]
    public void Read_Limits_MustBeKept()
    {
        var time = new FakeTimeProvider();
        var trip = Trip.Of(Trip.Scenario(Trip.Step(Trip.Get("/") with { Check = new CheckSpec { Within = TimeSpan.FromMilliseconds(300), MaxBytes = 4 } })), time);
        trip.Render(0);
        var exchange = Trip.Exchange("1234");
        exchange.Dispatched = time.GetTimestamp();
        exchange.Ended = exchange.Dispatched + (long)(0.3 * time.TimestampFrequency);
        Assert.True(trip.Journey.Steps[0].Read(exchange, trip.Values).IsOk);
        exchange.BodyLength = 5;
        Assert.Equal(new StepResult("check", "the body has 5 bytes, expected at most 4"), trip.Journey.Steps[0].Read(exchange, trip.Values));
        exchange.Ended = exchange.Dispatched + (long)(0.301 * time.TimestampFrequency);
        Assert.Equal(new StepResult("check", "took 0.301 s, expected within 0.3 s"), trip.Journey.Steps[0].Read(exchange, trip.Values));
    }

    [Fact]
    public void Read_CheckThatNeedsTheRestOfACutBody_FailsAndSaysSo()
    {
        var trip = Trip.Of(
            Trip.Get("/") with { Check = new CheckSpec { Json = Trip.Extract(("$.z", "1")) } },
            Trip.Get("/") with { Check = new CheckSpec { Text = "end" } },
            Trip.Get("/") with { Check = new CheckSpec { Json = Trip.Extract(("$.a", "1")) } });
        var exchange = Trip.Exchange("{\"a\":1,");
        exchange.BodyLength = 100;
        trip.Render(0);
        Assert.Equal(new StepResult("check", "only 7 of its 100 bytes were kept"), trip.Journey.Steps[0].Read(exchange, trip.Values));
        Assert.Contains("only 7 of its 100 bytes", trip.Journey.Steps[1].Read(exchange, trip.Values).Detail, StringComparison.Ordinal);
        Assert.True(trip.Journey.Steps[2].Read(exchange, trip.Values).IsOk);
    }

    [Fact]
    public void Read_ErrorOfTheExchange_IsTheStepsOwn()
    {
        var trip = Trip.Of(Trip.Get("/"));
        trip.Render(0);
        var exchange = Trip.Exchange("");
        (exchange.Status, exchange.ErrorType, exchange.ErrorMessage) = (0, TargetErrors.Timeout, "no answer in time");
        Assert.Equal(new StepResult("timeout", "no answer in time"), trip.Journey.Steps[0].Read(exchange, trip.Values));
    }

    [Fact]
    public void Read_ErrorsOfGraphQl_FailTheStep()
    {
        var trip = Trip.Of(Trip.Post("/graphql", new BodySpec { GraphQl = "{ me { id } }" }) with { Extract = Trip.Extract(("id", "$.data.me.id")) }, Trip.Get("/"));
        trip.Render(0);
        Assert.Equal(new StepResult("graphql", "not allowed"), trip.Answer(0, "{\"errors\":[{\"message\":\"not allowed\"}]}"));
        Assert.True(trip.Answer(0, "{\"errors\":[],\"data\":{\"me\":{\"id\":\"1\"}}}").IsOk);
        trip.Render(1);
        Assert.True(trip.Answer(1, "{\"errors\":[{\"message\":\"not allowed\"}]}").IsOk);
    }

    [Fact]
    public void Read_StepThatFails_ExtractsNothing()
    {
        var trip = Trip.Of(Trip.GivesX with { Check = new CheckSpec { Status = "201" } });
        trip.Render(0);
        Assert.False(trip.Answer(0, "{\"x\":1}").IsOk);
        Assert.Null(trip["x"]);
    }

    [Fact]
    public void Asks_Step_SaysAllThatItChecks()
    {
        var trip = Trip.Of(
            Trip.GivesX,
            Trip.Get("/") with
            {
                Check = new CheckSpec
                {
                    Status = "2xx|404",
                    Json = Trip.Extract(("$.id", "17"), ("$.total", "{\"min\":10}"), ("$.token", "hunter2"), ("$.key", "{{x}}")),
                    Header = Trip.Extract(("Location", "{\"exists\":true}")),
                    Text = "paid\nnow",
                    Regex = "o.d",
                    Within = TimeSpan.FromSeconds(1.5),
                    MaxBytes = 1000,
                },
            },
            Trip.Get("/long") with { Check = new CheckSpec { Text = new string('x', 1000) } });

        Assert.Equal("any below 400", trip.Journey.Steps[0].Asks);
        Assert.Equal("2xx|404 $.id=17 $.key={{x}} $.token=[redacted] $.total {\"min\":10} Location {\"exists\":true} text paid\\nnow regex o.d within 1.5 s at most 1000 bytes",
            trip.Journey.Steps[1].Asks);
        Assert.True(trip.Journey.Steps[2].Asks.Length < 210);
    }
}
