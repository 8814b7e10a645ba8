using System.Text.Json;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary><c>ape-test try</c> on journeys.</summary>
public sealed class JourneyTryTests
{
    [Fact]
    public async Task Try_Journey_TellsEachStepAndWhatItProves()
    {
        using var directory = new TempDirectory();
        await using var target = await StartAsync(directory);

        var result = (await ApeProcess.RunAsync(directory, "try", JourneyRun.File, "--pick", "good")).Exits(0);

        Assert.Contains("GET /t/page", result.Out, StringComparison.Ordinal);
        Assert.Contains("GET /t/item/17", result.Out, StringComparison.Ordinal);
        Assert.Contains("outcome  succeeded in ", result.Out, StringComparison.Ordinal);
        Assert.All(result.Out.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.DoesNotContain("tokens", result.Out, StringComparison.Ordinal);
        Assert.Equal(["/t/page", "/t/item/17"], target.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task Try_JourneyAsJson_IsOneRecordALine()
    {
        using var directory = new TempDirectory();
        await using var target = await StartAsync(directory);

        var result = (await ApeProcess.RunAsync(directory, "try", JourneyRun.File, "--pick", "good", "--format", "json")).Exits(0);

        var lines = result.Out.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.NotEmpty(lines);
        Assert.Contains("succeeded", result.Out, StringComparison.Ordinal);
        Assert.Contains(Assert.Single((await RunOnDisk.ReadAsync(directory)).Sessions).TraceId, result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_PostThatRedirects_TellsWhatEachHopSentAndWhatTheStepAsksOfTheLast()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            if (request.Path == "/t/enter")
            {
                context.Response.Redirect("/t/home");
            }
            return Task.CompletedTask;
        });
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{target.Url}}" }
            journeys: [ { steps: [ { name: enter, post: /t/enter, form: { a: 1 }, check: 200 } ] } ]
            """);

        var result = (await ApeProcess.RunAsync(directory, "try", JourneyRun.File)).Exits(0);

        Assert.Equal(["POST", "GET"], target.Requests.Select(request => request.Method));
        Assert.Contains("POST /t/enter", result.Out, StringComparison.Ordinal);
        Assert.Contains("GET /t/home", result.Out, StringComparison.Ordinal);
        Assert.Contains("enter: redirect, followed", result.Out, StringComparison.Ordinal);
        Assert.Equal(["POST", "GET"], Assert.Single((await RunOnDisk.ReadAsync(directory)).Sessions).Actions.Select(action => action.Args.GetProperty("method").GetString()));
    }

    [Fact]
    public async Task Try_JourneyThatFails_SaysAtWhichStepAndExits99()
    {
        using var directory = new TempDirectory();
        await using var target = await StartAsync(directory);

        var result = (await ApeProcess.RunAsync(directory, "try", JourneyRun.File, "--pick", "bad")).Exits(99);

        Assert.Contains("http_404", result.Out, StringComparison.Ordinal);
        Assert.Contains("missing", result.Out, StringComparison.Ordinal);
        Assert.Empty(target.At("/t/behind"));
    }

    [Fact]
    public async Task Try_SeveralJourneysWithoutPick_TakesTheFirstAndSaysSo()
    {
        using var directory = new TempDirectory();
        await using var target = await StartAsync(directory);

        var result = (await ApeProcess.RunAsync(directory, "try", JourneyRun.File)).Exits(0);

        Assert.Contains("1 more; --pick", result.Out, StringComparison.Ordinal);
        Assert.Equal(["/t/page", "/t/item/17"], target.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task Try_PickOfNoJourney_NamesThoseThatThereAre()
    {
        using var directory = new TempDirectory();
        await using var target = await StartAsync(directory);

        var result = (await ApeProcess.RunAsync(directory, "try", JourneyRun.File, "--pick", "god")).Exits(2);

        Assert.Contains("good", result.Error, StringComparison.Ordinal);
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task Try_SaveOfAJourney_IsRefusedWithTheReasonAndNothingIsSent()
    {
        using var directory = new TempDirectory();
        await using var target = await StartAsync(directory);

        var result = (await ApeProcess.RunAsync(directory, "try", JourneyRun.File, "--pick", "good", "--save", "kept.yaml")).Exits(2);

        Assert.Contains("--save", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.Combine("kept.yaml")));
        Assert.Empty(target.Requests);
    }

    private static async Task<JourneyTarget> StartAsync(TempDirectory directory)
    {
        var target = await JourneyTarget.StartAsync((context, request) =>
        {
            context.Response.StatusCode = request.Path == "/t/missing" ? 404 : 200;
            return context.Response.WriteAsJsonAsync(new { id = 17 });
        });
        directory.Write(JourneyRun.File, $$$"""
            target: { url: "{{{target.Url}}}" }
            agents: 20
            journeys:
              - { name: good, steps: [ { name: page, get: /t/page, extract: { id: $.id } }, { name: item, get: "/t/item/{{id}}", check: { json: { $.id: 17 } } } ] }
              - { name: bad, steps: [ { name: missing, get: /t/missing }, { name: behind, get: /t/behind } ] }
            """);
        return target;
    }
}
