using System.Text.Json.Nodes;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Llm;

/// <summary>A model that never decides the same twice, recorded with many agents, and replayed.</summary>
public sealed class ReplayTests : IDisposable
{
    private const string OpenApi =
        """
        {"openapi":"3.0.3","info":{"title":"Orders","version":"1"},"paths":{
         "/orders":{"post":{"operationId":"order","requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["quantity"],
           "properties":{"quantity":{"type":"integer"}}}}}},"responses":{"201":{"description":"created"}}}},
         "/orders/{id}":{"get":{"operationId":"getOrder","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}}}}}
        """;

    private readonly TempDirectory _scenario = new();

    public void Dispose() => _scenario.Dispose();

    [Fact]
    public async Task Start_ModelThatRollsDice_IsReplayedToTheSameHashByManyAgents()
    {
        await using var target = await StartTargetAsync();
        await using var model = await ScriptedModel.StartAsync("dice", Roll, TestContext.Current.CancellationToken);

        var recorded = await HashAsync(target, model, "record");
        var asked = model.Requests.Count;
        var first = await HashAsync(target, model, "replay");
        var second = await HashAsync(target, model, "replay");

        Assert.Equal((recorded, recorded), (first, second));
        // The replays asked nobody, and the next recording is another run.
        Assert.Equal((24 * 3, 24 * 3), (asked, model.Requests.Count));
        Assert.NotEqual(recorded, await HashAsync(target, model, "record"));
    }

    private static ModelCall Roll(ModelTurn turn) => turn.Number switch
    {
        0 => new ModelCall("order", new JsonObject { ["quantity"] = System.Security.Cryptography.RandomNumberGenerator.GetInt32(1_000_000) }),
        1 => new ModelCall("getOrder", new JsonObject { ["id"] = (string)JsonNode.Parse(turn.Observations[^1])!["body"]!["id"]! }),
        _ => ModelCall.Done,
    };

    private static async Task<WebApplication> StartTargetAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/openapi.json", () => Results.Text(OpenApi, "application/json"));
        // Ids are new in each run, as servers' ids are.
        app.MapPost("/orders", () => Results.Json(new { id = Guid.NewGuid() }, statusCode: 201));
        app.MapGet("/orders/{id}", (string id) => Results.Json(new { id }));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private async Task<string> HashAsync(WebApplication target, ScriptedModel model, string mode)
    {
        _scenario.Write("s.yaml", $$$"""
            target: { url: "{{{target.Urls.First()}}}" }
            llm: { model: openai/dice, baseUrl: "{{{model.BaseUrl}}}", cassette: { file: dice.jsonl, mode: {{{mode}}}, speed: 0 } }
            goals: [ { goal: "Order something.", success: [ { operation: order, status: 201 }, { operation: getOrder, status: 200 } ] } ]
            """);
        using var place = new TempDirectory();
        (await ApeProcess.RunWithAsync(place, new() { ["OPENAI_API_KEY"] = "sk-of-the-test" }, "start", _scenario.Combine("s.yaml"), "--agents", "6", "--iterations", "24", "--seed", "7")).Exits(0);
        var run = await RunOnDisk.ReadAsync(place);
        Assert.Equal((24, 0), (run.Sessions.Count, run.Summary.Llm.Failed));
        return ActionHash.Of(run.Sessions);
    }
}
