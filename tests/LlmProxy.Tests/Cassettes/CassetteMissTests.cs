using System.Net;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class CassetteMissTests : CassetteFixture
{
    [Fact]
    public async Task Miss_NearestIsRecorded_SaysItsLineAndWhereItDiffers()
    {
        await RecordAsync(Ask("buy tea"), Ask("sell the house and buy coffee", extra: ",\"temperature\":0"), Ask("nothing"));
        await using var proxy = await StartAsync(CassetteMode.Replay);
        var (response, body) = await proxy.ReadAsync(Ask("sell the house and buy cocoa", extra: ",\"temperature\":0"));
        var error = JsonNode.Parse(body)!["error"]!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "cassette_miss", "invalid_request_error"), (response.StatusCode, (string?)error["code"], (string?)error["type"]));
        var message = (string)error["message"]!;
        Assert.Contains("line 3: /messages/0/content: recorded \"sell the house and buy coffee\", live \"sell the house and buy cocoa\"", message, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Miss_LongTextsThatDifferLate_AreShortened()
    {
        var filler = new string('x', 5000);
        await RecordAsync(Ask(filler + " red"));
        var message = (string)JsonNode.Parse((await ReplayAsync(Ask(filler + " blue"))).Single())!["error"]!["message"]!;
        Assert.Contains("red\"", message, StringComparison.Ordinal);
        Assert.Contains("blue\"", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 700);
    }

    [Fact]
    public async Task Miss_SecretsInTheRequest_AreNotTold()
    {
        await RecordAsync(Ask("""login {"password":"hunter2"} as ann"""));
        var message = (string)JsonNode.Parse((await ReplayAsync(Ask("""login {"password":"hunter3"} as bob"""))).Single())!["error"]!["message"]!;
        Assert.Contains("bob", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Miss_NothingRecorded_SaysSo()
    {
        await System.IO.File.WriteAllBytesAsync(File, ExchangeLine.Header, TestContext.Current.CancellationToken);
        var message = (string)JsonNode.Parse((await ReplayAsync(Ask("x"))).Single())!["error"]!["message"]!;
        Assert.Contains("No request of that kind is recorded", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Miss_Chain_IsNeitherRetriedNorAskedElsewhere()
    {
        await RecordAsync(Ask("x"));
        await using var proxy = await StartAsync(CassetteMode.Replay, change: options => options.Aliases["fast"] = ["up/test-model", "builtin/planner"]);
        var (response, _) = await proxy.ReadAsync(ProxyHost.Chat(model: "fast"));
        var measure = JsonNode.Parse(response.Headers.GetValues("X-Ape-Measure").Single())!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 0, 0, "up"), (response.StatusCode, (int)measure["retries"]!, (int)measure["failovers"]!, (string?)measure["provider"]));
    }
}
