using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>JSON that is well-formed and cannot be read as text (half a surrogate pair): from a model or a target, it costs a call, never the session.</summary>
public sealed class UnreadableTextTests
{
    [Theory]
    [InlineData("listItems", """{"query":"\ud800"}""")]
    [InlineData("state_update", """{"values":{"a\ud800":"\udfff"}}""")]
    [InlineData("state_update", """{"values":{"a":"\ud800"}}""")]
    [InlineData("finish", """{"outcome":"success","reason":"\udfff"}""")]
    [InlineData("no_such_tool", """{"x":"\ud800"}""")]
    public async Task Run_ArgumentsThatAreNoText_AreRejectedAndTheSessionGoesOn(string tool, string arguments)
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync([Reply.Call(tool, arguments), .. Replies.Journey()]);
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.Equal("invalid_arguments", record.Actions[0].Error);
        Assert.Equal("{}", record.Actions[0].Args.GetRawText());
    }

    [Theory]
    [InlineData("/login", """{"token":"t-1","name":"\ud800","\udfff":1}""")]
    [InlineData("/items", """{"items":[{"id":"\ud800","name":"x"},{"id":"i-2","\ud800x":"espresso"}]}""")]
    public async Task Run_AnswerThatIsNoText_IsTheTargetsAndTheSessionGoesOn(string path, string body)
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = async (context, _) =>
        {
            if (context.Request.Path != path)
            {
                return false;
            }
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body, context.RequestAborted);
            return true;
        };
        await using var server = await FakeChatServer.StartAsync(Replies.Journey());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.NotEqual(SessionOutcome.AgentError, record.Outcome);
        Assert.DoesNotContain("harness", record.Reason, StringComparison.Ordinal);
    }
}
