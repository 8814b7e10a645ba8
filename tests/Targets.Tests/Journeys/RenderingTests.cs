using System.Text.Json;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Journeys;

namespace ApeTest.Targets.Tests.Journeys;

public sealed class RenderingTests
{
    [Theory]
    [InlineData("/orders/{{x}}", "17", "/orders/17")]
    [InlineData("/orders/{{x}}", "a/b?c&d#e%f g+ü", "/orders/a%2Fb%3Fc%26d%23e%25f%20g%2B%C3%BC")]
    [InlineData("/orders/{{x}}/items", "-._~", "/orders/-._~/items")]
    [InlineData("/find?q={{x}}&n=1", "a/b?c&d=1 +%", "/find?q=a%2Fb%3Fc%26d%3D1%20%2B%25&n=1")]
    [InlineData("/orders/v{{x}}.json", "..", "/orders/v...json")]
    [InlineData("orders/{{x}}", "1", "/orders/1")]
    [InlineData("/caf\u00e9 \"x\"/{{x}}#part", "1", "/caf%C3%A9%20%22x%22/1")]
    [InlineData("/o/{{x}}", "\r\nX: y", "/o/%0D%0AX%3A%20y")]
    public void TryRender_ValueInPath_IsEscapedWhereItStands(string path, string x, string expected) =>
        Assert.Equal(expected, Trip.With(x, Trip.Get(path)).Render(1));

    [Theory]
    [InlineData("/orders/{{x}}", "..")]
    [InlineData("/orders/{{x}}", ".")]
    [InlineData("/orders/{{x}}/items", "..")]
    [InlineData("/orders/.{{x}}", ".")]
    public void TryRender_ValueThatClimbs_IsAProblem(string path, string x) => Assert.Contains("`..`", Trip.With(x, Trip.Get(path)).Problem(1), StringComparison.Ordinal);

    [Theory]
    [InlineData("{{x}}", "/orders/17?full=1", "/orders/17?full=1")]
    [InlineData("{{x}}/items", "/orders/17", "/orders/17/items")]
    [InlineData("{{x}}", "http://shop.test:8080/orders/17#top", "/orders/17")]
    [InlineData("{{x}}", "HTTP://SHOP.test:8080/a?b=c", "/a?b=c")]
    [InlineData("{{x}}", "orders/17", "/orders/17")]
    [InlineData("{{x}}", "/a/../b", "/b")]
    [InlineData("{{x}}", "/a b\u00fc\\c", "/a%20b%C3%BC%5Cc")]
    public void TryRender_PathThatBeginsWithAValue_IsAReference(string path, string x, string expected)
    {
        var trip = Trip.With(x, Trip.Get(path));
        Assert.Equal(expected, trip.Render(1));
        Assert.Same(trip.Journey.Steps[1].Route, trip.Request.Route);
    }

    [Theory]
    [InlineData("http://other.test/a?b", "other.test", "/a?b")]
    [InlineData("//other.test:81/a", "other.test", "/a")]
    [InlineData("http://shop.test:8080.evil.test/", null, null)]
    public void TryRender_ReferenceToAnotherHost_GoesThere(string x, string? host, string? target)
    {
        var trip = Trip.With(x, Trip.Get("{{x}}"));
        if (host is null)
        {
            Assert.Contains("no path and no http", trip.Problem(1), StringComparison.Ordinal);
            return;
        }
        Assert.Equal(target, trip.Render(1));
        Assert.Equal(host, trip.Request.Route.Server.Host);
        var route = trip.Request.Route;
        trip.Render(1);
        Assert.Same(route, trip.Request.Route);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://user:pass@shop.test:8080/a")]
    [InlineData("/a\r\nX-Evil: 1")]
    public void TryRender_ReferenceThatIsNone_IsAProblem(string x) => Assert.DoesNotContain(x, Trip.With(x, Trip.Get("{{x}}")).Problem(1), StringComparison.Ordinal);

    [Fact]
    public void TryRender_BasePathAndQuery_AreJoined()
    {
        var scenario = Trip.Scenario(Trip.Step(Trip.Get("/orders?a=1") with { Query = [new("b c", "d&e"), new("f", "")] }), Trip.Step(Trip.Get("http://other.test?x=1")));
        var trip = Trip.Of(scenario with { Target = scenario.Target with { Url = new Uri("http://shop.test:8080/api/") } });
        Assert.Equal("/api/orders?a=1&b%20c=d%26e&f=", trip.Render(0));
        Assert.Equal("/?x=1", trip.Render(1));
        Assert.Equal("other.test", trip.Request.Route.Server.Host);
    }

    [Theory]
    [InlineData("/a", "/a?q=1")]
    [InlineData("/a?b=2", "/a?b=2&q=1")]
    public void TryRender_ReferenceWithQueryParameters_AppendsThem(string x, string expected) =>
        Assert.Equal(expected, Trip.With(x, Trip.Get("{{x}}") with { Query = [new("q", "1")] }).Render(1));

    [Fact]
    public void TryRender_Headers_HaveDefaultsOnlyWhereNoneAreGiven()
    {
        var trip = Trip.Of(Trip.Get("/a"), Trip.Get("/a") with { Headers = [new("accept", "text/html"), new("User-Agent", "me")] }, Trip.Post("/a", new BodySpec { Text = "x", ContentType = "text/csv" }));
        trip.Render(0);
        Assert.Matches("^Accept: \\*/\\*\r\nUser-Agent: ape-test/[0-9.]+\r\n$", trip.Headers);
        trip.Render(1);
        Assert.Equal("accept: text/html\r\nUser-Agent: me\r\n", trip.Headers);
        trip.Render(2);
        Assert.StartsWith("Content-Type: text/csv\r\n", trip.Headers, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_LineBreakInHeader_IsAProblemThatDoesNotTellTheValue()
    {
        var problem = Trip.With("a\r\nX-Evil: 1", Trip.Get("/") with { Headers = [new("X-Y", "{{x}}")] }).Problem(1);
        Assert.Equal("'x' holds a line break or another control character and cannot stand in a header", problem);
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("content-length")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Connection")]
    [InlineData("traceparent")]
    [InlineData("Bad Name")]
    public void Compile_HeaderThatFramesTheMessage_IsRefused(string name) =>
        Assert.Contains(name, Assert.Throws<ApeTestException>(() => Trip.Of(Trip.Get("/") with { Headers = [new(name, "1")] })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"a\":\"{{x}}\"}", "q\"\\\n\u0001\u00fc\ud83d\ude00", "{\"a\":\"q\\\"\\\\\\n\\u0001\u00fc\ud83d\ude00\"}")]
    [InlineData("{\"a\":\"n-{{x}}-m\"}", "1", "{\"a\":\"n-1-m\"}")]
    [InlineData("{\"a\":\"{{x:json}}\"}", "{\"b\":[1,2]}", "{\"a\":{\"b\":[1,2]}}")]
    [InlineData("{\"a\":\"{{x:json}}\"}", "-1.5e3", "{\"a\":-1.5e3}")]
    [InlineData("[\"{{x:json}}\", 1.50, null]", "true", "[true,1.50,null]")]
    [InlineData("{\"{{x}}\":\"\\\"\"}", "k\"", "{\"k\\\"\":\"\\\"\"}")]
    public void TryRender_JsonBody_EscapesTextsAndTakesValuesAsTheyAre(string json, string x, string expected)
    {
        var trip = Trip.With(x, Trip.Post("/", new BodySpec { Json = json }));
        trip.Render(1);
        Assert.Equal(expected, trip.Body);
        Assert.True(trip.Request.HasBody);
        Assert.StartsWith("Content-Type: application/json\r\n", trip.Headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("1,\"admin\":true")]
    [InlineData("{")]
    [InlineData("01")]
    public void TryRender_JsonValueThatIsNone_IsAProblem(string x) =>
        Assert.Contains("is not a value of JSON", Trip.With(x, Trip.Post("/", new BodySpec { Json = "{\"a\":\"{{x:json}}\"}" })).Problem(1), StringComparison.Ordinal);

    [Fact]
    public void TryRender_SecretInThePath_IsShownByItsName()
    {
        var trip = Trip.Of(
            Trip.Get("/") with { Extract = Trip.Extract(("password", "$.p"), ("id", "$.id")) },
            Trip.Get("/\u00fc/{{password}}/x?a={{id}}"),
            Trip.Get("/{{id}}"));
        trip.Render(0);
        Assert.Equal(StepResult.Ok, trip.Answer(0, "{\"p\":\"hunter2\",\"id\":1}"));

        trip.Render(1);
        Assert.Equal("/?/{{password}}/x", trip.Request.ShownPath);
        trip.Render(2);
        Assert.Null(trip.Request.ShownPath);
    }

    [Fact]
    public void TryRender_GeneratedJsonValue_StandsAsItIs()
    {
        var trip = Trip.Of(Trip.Post("/", new BodySpec { Json = "{\"n\":\"{{int(5..5):json}}\",\"t\":\"{{int(5..5)}}\"}" }));
        trip.Render(0);
        Assert.Equal("{\"n\":5,\"t\":\"5\"}", trip.Body);
    }

    [Fact]
    public void TryRender_RandomTextsInJson_ParseBackToThemselves()
    {
        var random = new Random(7);
        var trip = Trip.With("x", Trip.Post("/", new BodySpec { Json = "{\"a\":\"<{{x}}>\"}" }));
        for (var i = 0; i < 500; i++)
        {
            var text = Text(random);
            trip.Render(0);
            Assert.Equal(Targets.Journeys.StepResult.Ok, trip.Answer(0, JsonSerializer.Serialize(new { x = text })));
            trip.Render(1);
            using var parsed = JsonDocument.Parse(trip.Body);
            Assert.Equal($"<{text}>", parsed.RootElement.GetProperty("a").GetString());
        }
    }

    [Fact]
    public void TryRender_RandomTextsInQueryAndForm_AreReadBackAsTheyWere()
    {
        var random = new Random(8);
        var trip = Trip.With("x", Trip.Post("/p/{{x}}/e?q={{x}}", new BodySpec { Form = [new("f", "{{x}}"), new("g", "1")] }));
        for (var i = 0; i < 500; i++)
        {
            var text = Text(random);
            trip.Render(0);
            Assert.Equal(Targets.Journeys.StepResult.Ok, trip.Answer(0, JsonSerializer.Serialize(new { x = text })));
            if (text is "." or "..")
            {
                continue;
            }
            var target = trip.Render(1);
            var segments = target.Split('?')[0].Split('/');
            Assert.Equal(4, segments.Length);
            Assert.Equal(text, Uri.UnescapeDataString(segments[2]));
            Assert.Equal(text, Uri.UnescapeDataString(target.Split("?q=")[1]));
            var form = trip.Body.Split('&');
            Assert.Equal(2, form.Length);
            Assert.Equal("f=" + text, System.Net.WebUtility.UrlDecode(form[0]));
        }
    }

    [Fact]
    public void TryRender_Form_EscapesNamesAndValues()
    {
        var trip = Trip.With("a b&c=d+e%\u00fc\r\n*~", Trip.Post("/", new BodySpec { Form = [new("n m", "{{x}}"), new("k", "")] }));
        trip.Render(1);
        Assert.Equal("n+m=a+b%26c%3Dd%2Be%25%C3%BC%0D%0A*%7E&k=", trip.Body);
        Assert.StartsWith("Content-Type: application/x-www-form-urlencoded\r\n", trip.Headers, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_Xml_EscapesValuesOnly()
    {
        var trip = Trip.With("<a b=\"c\">&'\n]]>", Trip.Post("/", new BodySpec { Xml = "<o n=\"{{x}}\">&amp;</o>" }));
        trip.Render(1);
        Assert.Equal("<o n=\"&lt;a b=&quot;c&quot;&gt;&amp;&#39;&#10;]]&gt;\">&amp;</o>", trip.Body);
        Assert.Contains("XML", Trip.With("\u0001", Trip.Post("/", new BodySpec { Xml = "<o>{{x}}</o>" })).Problem(1), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_TextAndBytes_StandAsTheyAre()
    {
        var trip = Trip.With("\"\u00fc&", Trip.Post("/", new BodySpec { Text = "a {{x}}\r\n" }));
        trip.Render(1);
        Assert.Equal("a \"\u00fc&\r\n", trip.Body);
        var file = Trip.Of(Trip.Post("/", new BodySpec { Bytes = Convert.ToBase64String([0, 255, 123, 123]) }));
        file.Render(0);
        Assert.Equal([0, 255, 123, 123], file.Request.Body.Span.ToArray());
        Assert.StartsWith("Content-Type: application/octet-stream\r\n", file.Headers, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_Multipart_HasPartsBetweenABoundaryThatNoneHolds()
    {
        BodySpec body = new() { Multipart = [new("a\"b", "v {{x}}", null, null, null), new("file", null, "n\r\n.txt", "text/plain", Convert.ToBase64String("data"u8))] };
        var trip = Trip.With("1", Trip.Post("/", body));
        trip.Render(1);
        var boundary = trip.Headers.Split("boundary=")[1].Split('\r')[0];
        Assert.Equal($"--{boundary}\r\nContent-Disposition: form-data; name=\"a%22b\"\r\n\r\nv 1\r\n"
            + $"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"n%0D%0A.txt\"\r\nContent-Type: text/plain\r\n\r\ndata\r\n--{boundary}--\r\n", trip.Body);
        Assert.Contains("boundary", Trip.With($"\r\n--{boundary}--", Trip.Post("/", body)).Problem(1), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_GraphQl_IsAnEnvelopeOfJson()
    {
        var trip = Trip.With("a\"b", Trip.Post("/graphql", new BodySpec { GraphQl = "query($id: ID!) {\n  order(id: $id) { id } }", Variables = "{\"id\":\"{{x}}\",\"n\":1}" }));
        trip.Render(1);
        Assert.Equal("{\"query\":\"query($id: ID!) {\\n  order(id: $id) { id } }\",\"variables\":{\"id\":\"a\\\"b\",\"n\":1}}", trip.Body);
    }

    [Fact]
    public void TryRender_ValueThatNothingGaveYet_IsAProblem()
    {
        var trip = Trip.Of(Trip.GivesX, Trip.Get("/{{x}}"));
        Assert.Equal("'x' has no value yet: no step before this one has extracted it", trip.Problem(1));
    }

    [Fact]
    public void Compile_SeveralErrors_TellsAll()
    {
        var error = Assert.Throws<ApeTestException>(() => Trip.Of(
            Trip.Get("/{{nobody}}"), Trip.Get("/") with { Extract = Trip.Extract(("y", "nonsense")) }, Trip.Post("/", new BodySpec { Json = "{" })));
        Assert.Equal(ExitCodes.Input, error.ExitCode);
        Assert.Contains("step 1: nothing gives '{{nobody}}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("nonsense", error.Message, StringComparison.Ordinal);
        Assert.Contains("step 3: the JSON body is not JSON", error.Message, StringComparison.Ordinal);
    }

    private static string Text(Random random)
    {
        const string Traps = "\"\\/%&+=?#<>'{}[]:;,.~ \t\r\n\u0000\u0001\u001f\u007f\u0085\u00fc\u2028\ufeff\u20ac";
        var text = new System.Text.StringBuilder();
        for (var length = random.Next(1, 12); length > 0; length--)
        {
            _ = random.Next(4) switch
            {
                0 => text.Append((char)random.Next('a', 'z')),
                1 => text.Append(char.ConvertFromUtf32(random.Next(0x1F600, 0x1F640))),
                _ => text.Append(Traps[random.Next(Traps.Length)]),
            };
        }
        return text.ToString();
    }
}
