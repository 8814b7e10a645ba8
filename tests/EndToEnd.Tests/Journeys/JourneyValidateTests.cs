using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Journeys before the load: validation, a dry run, what is missing.</summary>
public sealed class JourneyValidateTests
{
    [Theory]
    [InlineData("validate")]
    [InlineData("validate", "--dry-run")]
    [InlineData("start")]
    [InlineData("try")]
    public async Task Any_InvalidJourney_IsRefusedWithAllErrorsAndNothingIsSent(params string[] command)
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, $$$"""
            target: { url: "{{{target.Url}}}" }
            journeys:
              - name: wrong
                think: fast
                steps:
                  - { get: t/a, extract: { x: "$.[" } }
                  - { get: "/t/{{token}}" }
                  - { post: /t/b, json: { a: 1 }, text: "and more" }
                  - { get: /t/c, check: { status: 99, regex: "(" } }
                  - { get: /t/d, extract: { y: "css:[[" } }
                  - { post: /t/e, file: missing.bin }
                  - { get: /t/f, agnets: 1 }
            """);

        var result = (await ApeProcess.RunAsync(directory, [.. command, JourneyRun.File])).Exits(2);

        string[] places = ["think", "steps[0]", "token", "steps[2]", "steps[3]", "steps[4]", "missing.bin", "agnets"];
        Assert.All(places, place => Assert.Contains(place, result.Error, StringComparison.Ordinal));
        Assert.Contains("has 10 errors:", result.Error, StringComparison.Ordinal);
        Assert.Empty(target.Requests);
        Assert.False(Directory.Exists(directory.Combine(".ape")));
    }

    [Fact]
    public async Task DryRun_TwoJourneys_RunsOneSessionOfEach()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{target.Url}}" }
            agents: 50
            duration: 10m
            setup: [ { get: /t/setup } ]
            journeys:
              - { name: one, weight: 9, steps: [ { get: /t/one }, { get: /t/both } ] }
              - { name: two, steps: [ { get: /t/two }, { get: /t/both } ] }
            """);

        (await ApeProcess.RunAsync(directory, "validate", JourneyRun.File, "--dry-run")).Exits(0);

        Assert.Equal((1, 1, 2), (target.At("/t/one").Count, target.At("/t/two").Count, target.At("/t/both").Count));
        Assert.NotEmpty(target.At("/t/setup"));
    }

    [Fact]
    public async Task DryRun_JourneyThatFails_SaysWhereAndExits99()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            context.Response.StatusCode = request.Path == "/t/bad" ? 500 : 200;
            return Task.CompletedTask;
        });
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{target.Url}}" }
            journeys:
              - { name: good, steps: [ { get: /t/good } ] }
              - { name: bad, steps: [ { name: page, get: /t/bad }, { get: /t/behind } ] }
            """);

        var result = (await ApeProcess.RunAsync(directory, "validate", JourneyRun.File, "--dry-run")).Exits(99);

        Assert.Contains("http_500: page", result.Out + result.Error, StringComparison.Ordinal);
        Assert.Equal((1, 1, 0), (target.At("/t/good").Count, target.At("/t/bad").Count, target.At("/t/behind").Count));
    }

    [Fact]
    public async Task Start_VariableThatIsNotSet_IsOneLineAndExits2()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{target.Url}}" }
            journeys: [ { steps: [ { get: /t/a, headers: { X-Key: "${SHOP_KEY}" } } ] } ]
            """);

        var result = (await ApeProcess.RunAsync(directory, "start", JourneyRun.File)).Exits(2);

        Assert.Contains("SHOP_KEY", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task Start_NobodyListens_ExitsThreeBeforeTheRun()
    {
        using var directory = new TempDirectory();
        string url;
        await using (var target = await JourneyTarget.StartAsync())
        {
            url = target.Url;
        }
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{url}}" }
            journeys: [ { steps: [ { get: /t/a } ] } ]
            """);

        var result = (await ApeProcess.RunAsync(directory, "start", JourneyRun.File)).Exits(3);

        Assert.Contains("cannot be reached", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory.Combine(".ape")));
    }
}
