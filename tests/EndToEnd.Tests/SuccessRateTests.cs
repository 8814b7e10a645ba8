using System.Text.Json.Nodes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests;

/// <summary>The success rate is that of what the target did, to the session.</summary>
public sealed class SuccessRateTests
{
    private const int Sessions = 100;

    private const string OpenApi =
        """
        {"openapi":"3.0.3","info":{"title":"Books","version":"1"},"paths":{"/books/{id}/loan":{"post":{"operationId":"borrowBook",
         "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"201":{"description":"ok"}}}}}}
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    public async Task Start_ThirtyOfAHundredSeededFailures_IsExactly70Percent(int seed)
    {
        var books = Enumerable.Range(1, Sessions).ToArray();
        new Random(seed).Shuffle(books);
        // Some break, some refuse, and some answer so that nothing is proven; the model claims success of them all.
        var failures = books.Take(30).Index().ToDictionary(each => $"{each.Item}", each => new[] { 500, 409, 200 }[each.Index % 3]);
        await using var library = await StartAsync(failures);
        await using var model = await ScriptedModel.StartAsync("believer", Borrow, TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();
        directory.Write("books.csv", $"id\n{string.Join('\n', Enumerable.Range(1, Sessions))}\n");
        directory.Write("s.yaml", $$$"""
            target: { url: "{{{library.Urls.First()}}}", openapi: /openapi.json }
            llm: { model: openai/believer, baseUrl: "{{{model.BaseUrl}}}" }
            data: { book: { csv: books.csv } }
            goals: [ { goal: "Borrow book {{book.id}}.", success: borrowBook=201 } ]
            """);

        var result = await ApeProcess.RunWithAsync(directory, new() { ["OPENAI_API_KEY"] = "k" }, "start", "s.yaml", "--agents", "10", "--iterations", $"{Sessions}",
            "--threshold", "session_success >= 0.7");

        result.Exits(0);
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal(0.7, run.Summary.Sessions.SuccessRate);
        Assert.Equal((70, 10, 20), (run.Summary.Sessions.Succeeded, run.Summary.Sessions.Failed, run.Summary.Sessions.Stuck));
        Assert.Contains("70.0 %", result.Out, StringComparison.Ordinal);
        Assert.Equal(failures.Keys.Order(StringComparer.Ordinal),
            run.Sessions.Where(session => session.Outcome is not SessionOutcome.Succeeded).Select(session => session.Actions[0].Args.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal((10, 10), (run.Summary.Errors.Single(error => error.Type == "http_500").Count, run.Summary.Errors.Single(error => error.Type == "http_409").Count));
    }

    [Fact]
    public async Task Start_RateJustBelowItsThreshold_Exits99()
    {
        await using var library = await StartAsync(new() { ["3"] = 500 });
        await using var model = await ScriptedModel.StartAsync("believer", Borrow, TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();
        directory.Write("s.yaml", $$$"""
            target: { url: "{{{library.Urls.First()}}}", openapi: /openapi.json }
            llm: { model: openai/believer, baseUrl: "{{{model.BaseUrl}}}" }
            data: { book: { rows: [ { id: 1 }, { id: 2 }, { id: 3 }, { id: 4 } ] } }
            goals: [ { goal: "Borrow book {{book.id}}.", success: borrowBook=201 } ]
            """);

        var result = await ApeProcess.RunWithAsync(directory, new() { ["OPENAI_API_KEY"] = "k" }, "start", "s.yaml", "--iterations", "4", "--threshold", "session_success > 0.75");

        result.Exits(ExitCodes.ThresholdFailed);
        Assert.Equal(0.75, (await RunOnDisk.ReadAsync(directory)).Summary.Sessions.SuccessRate);
    }

    private static ModelCall Borrow(ModelTurn turn) => turn.Number > 0 ? ModelCall.Done
        : new ModelCall("borrowBook", new JsonObject { ["id"] = turn.Goal["Borrow book ".Length..].TrimEnd('.') });

    /// <summary>A library that answers 201, but for books of <paramref name="failures"/>.</summary>
    private static async Task<WebApplication> StartAsync(Dictionary<string, int> failures)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/openapi.json", () => Results.Text(OpenApi, "application/json"));
        app.MapPost("/books/{id}/loan", (string id) => Results.Json(new { id }, statusCode: failures.GetValueOrDefault(id, 201)));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
