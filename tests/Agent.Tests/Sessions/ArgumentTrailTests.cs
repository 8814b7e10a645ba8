using System.Text;
using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Scenarios.Data;

namespace ApeTest.Agent.Tests.Sessions;

public sealed class ArgumentTrailTests
{
    private static readonly Dictionary<string, JsonElement> NoState = [];

    [Fact]
    public void Of_EverySource_IsNamed()
    {
        var trail = Trail("Log in as ann, buy two espresso for 12.50.");
        trail.Answered(1, Bytes("""{"items":[{"id":"i-1","price":3},{"id":"i-2","price":2}],"cart":{"id":"c-9"}}"""));
        var state = new Dictionary<string, JsonElement> { ["voucher"] = JsonSerializer.SerializeToElement("SPRING") };

        var sources = trail.Of(JsonDocument.Parse(
            """{"name":"ann","password":"{{user.password}}","itemId":"i-2","cart":{"id":"c-9"},"quantity":2,"amount":12.50,"drink":"espresso","code":"SPRING","note":"please","gift":true}""").RootElement, state);

        Assert.Equal(
            [
                ("$.amount", "goal"), ("$.cart.id", "action:1 $.cart.id"), ("$.code", "state:voucher"), ("$.drink", "goal"), ("$.gift", "brain"),
                ("$.itemId", "action:1 $.items[1].id"), ("$.name", "data:user.name"), ("$.note", "brain"), ("$.password", "secret:user.password"), ("$.quantity", "goal"),
            ],
            sources.Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public void Of_ValueInSeveralResponses_NamesTheNewest()
    {
        var trail = Trail("");
        trail.Answered(1, Bytes("""{"orderId":"o-17"}"""));
        trail.Answered(4, Bytes("""[{"x":1},{"orders":[{"order_id":"o-17"}]}]"""));

        Assert.Equal("action:4 $[1].orders[0].order_id", trail.Of(JsonDocument.Parse("""{"orderId":"o-17"}""").RootElement, NoState)["$.orderId"]);
    }

    [Theory]
    [InlineData("""{"count":3}""", "brain")]
    [InlineData("""{"id":3}""", "action:1 $.id")]
    [InlineData("""{"id":"3"}""", "action:1 $.id")]
    public void Of_ShortValue_NeedsAFittingName(string body, string expected)
    {
        var trail = Trail("");
        trail.Answered(1, Bytes(body));

        Assert.Equal(expected, trail.Of(JsonDocument.Parse("""{"itemId":3}""").RootElement, NoState)["$.itemId"]);
    }

    [Fact]
    public void Of_LongValueUnderAnotherName_IsFound()
    {
        var trail = Trail("");
        trail.Answered(2, Bytes("""{"reference":"9f3c-77aa-0b1e"}"""));

        Assert.Equal("action:2 $.reference", trail.Of(JsonDocument.Parse("""{"booking":"9f3c-77aa-0b1e"}""").RootElement, NoState)["$.booking"]);
    }

    [Fact]
    public void Of_HugeAndBrokenBodies_AreSearchedAsFarAsKept()
    {
        var trail = Trail("");
        trail.Answered(1, Bytes("<html>no json</html>"));
        trail.Answered(2, Bytes($$"""{"id":"a-1","filler":"{{new string('x', 200_000)}}","lost":"zzzzzzzzzz"}"""));

        var sources = trail.Of(JsonDocument.Parse("""{"id":"a-1","lost":"zzzzzzzzzz"}""").RootElement, NoState);

        Assert.Equal(("action:2 $.id", "brain"), (sources["$.id"], sources["$.lost"]));
    }

    [Fact]
    public void Of_WordInsideAnotherWord_IsNotTheGoals()
        => Assert.Equal("brain", Trail("Buy coffee").Of(JsonDocument.Parse("""{"q":"off"}""").RootElement, NoState)["$.q"]);

    private static ArgumentTrail Trail(string goal)
    {
        var plan = Plans.Of(new Uri("http://127.0.0.1/"), scenario => scenario with { Goals = [scenario.Goals[0] with { Goal = goal }] });
        var inputs = SessionInputs.Create(plan, slot: 0, session: 0, TimeProvider.System);
        return new ArgumentTrail(inputs, inputs.Secrets);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
