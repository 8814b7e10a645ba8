using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Agent.Brains;
using ApeTest.Agent.SemanticKernel;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Brains;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Tests.SemanticKernel;

/// <summary>The contract of the chat brains, and what Semantic Kernel makes of tools.</summary>
public sealed class SemanticKernelBrainTests : BrainContract
{
    [Fact]
    public void BrainFactory_FullFeed_DecidesWithSemanticKernel()
    {
        using var connection = new ChatConnection(new Uri("http://127.0.0.1:9"), null);

        Assert.IsType<SemanticKernelBrain>(new BrainFactory(connection, TimeProvider.System).Create(Plans.Of(new Uri("http://127.0.0.1:9"))));
    }

    [Fact]
    public async Task Decide_NumbersAndObjectsAsArguments_KeepTheirTypes()
    {
        const string arguments = """{"quantity":2,"express":true,"note":null,"address":{"zip":"01067"},"tags":["a",1.50]}""";
        await using var server = await FakeChatServer.StartAsync(Reply.Call("order", arguments));
        using var connection = new ChatConnection(server.Url, null);

        var decision = await Brain(connection).DecideAsync(BrainInputs.View, TestContext.Current.CancellationToken);

        Assert.Equal(arguments, decision.Calls[0].Arguments.GetRawText());
    }

    [Fact]
    public async Task Decide_ToolNames_ReachTheModelAsTheyAre()
    {
        // 64 characters are the most that providers take, and a hyphen is what Semantic Kernel parts plugin and function by.
        string[] names = ["list-items", new('n', 64), "state_update"];
        var tools = names.Select(name => FinishTool.Spec with { Name = name }).ToImmutableArray();
        await using var server = await FakeChatServer.StartAsync(Reply.Call("list-items", "{}"));
        using var connection = new ChatConnection(server.Url, null);
        var earlier = new Turn([new ToolCall("a", "list-items", JsonDocument.Parse("{}").RootElement)], ["{}"], null);

        var decision = await Brain(connection).DecideAsync(BrainInputs.View with { Tools = tools, Turns = [earlier] }, TestContext.Current.CancellationToken);

        var request = Assert.Single(server.Requests);
        Assert.Equal(names, request.Body.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()));
        Assert.Equal("list-items", request.Messages.ElementAt(2).GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("list-items", decision.Calls[0].Tool);
    }

    [Fact]
    public async Task Decide_SchemaBeyondAFunctionsParameters_IsToldInTheDescription()
    {
        var schema = JsonDocument.Parse("""
            {"type":"object","properties":{"page":{"type":"integer","minimum":1},"Page":{"type":"string"}},"required":["page","Page"],"additionalProperties":{"type":"number"}}
            """).RootElement;
        await using var server = await FakeChatServer.StartAsync(Reply.Finish());
        using var connection = new ChatConnection(server.Url, null);

        await Brain(connection).DecideAsync(BrainInputs.View with { Tools = [new ToolSpec("search", "GET /search", schema, IsAction: true)] }, TestContext.Current.CancellationToken);

        var function = server.Requests.First().Body.GetProperty("tools")[0].GetProperty("function");
        Assert.True(JsonElement.DeepEquals(
            JsonDocument.Parse("""{"type":"object","required":["page"],"properties":{"page":{"type":"integer","minimum":1}}}""").RootElement, function.GetProperty("parameters")));
        Assert.Equal(
            """GET /search Takes also, required, `Page`: {"type":"string"}. Takes further arguments, each: {"type":"number"}.""",
            function.GetProperty("description").GetString());
    }

    // Of an object schema, functions have arguments and which of them are required.
    protected override JsonElement Told(JsonElement schema)
    {
        var told = JsonSerializer.SerializeToNode(schema)!.AsObject();
        told.Remove("additionalProperties");
        return JsonSerializer.SerializeToElement<JsonNode>(told);
    }

    private protected override IBrain Create(ChatConnection connection, LlmSpec llm) => new SemanticKernelBrain(connection.Client, llm, BrainInputs.Prompts, TimeProvider.System);

    private IBrain Brain(ChatConnection connection) => Create(connection, BrainInputs.Llm());
}
