using System.Globalization;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>What a run says of its own figures: where and why it failed, and when it measured itself.</summary>
public sealed class HonestFiguresTests
{
    [Fact]
    public async Task Start_StepsThatFail_AreToldByStepWithWhatWasWrongAndATrace()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            context.Response.StatusCode = request.Path == "/t/checkout" ? 503 : 200;
            return context.Response.WriteAsJsonAsync(new { total = 1 });
        });

        var run = await JourneyRun.StartAsync(directory, 99, $$$"""
            target: { url: "{{{target.Url}}}" }
            iterations: 4
            data: { u: { rows: [ { token: hush-hush-1 } ] } }
            secrets: [ u.token ]
            journeys:
              - steps:
                  - { name: checkout, post: /t/checkout, json: { token: "{{u.token}}" }, check: 201, continue: true }
                  - { name: list, get: /t/list, check: { json: { $.total: 2 } }, continue: true }
                  - { name: cart, get: "/t/cart?of={{u.token}}", check: { header: { x-of: "{{u.token}}" } }, continue: true }
            """);

        var status = Assert.Single(run.Summary.Errors, error => error.Type == "http_503");
        var checkout = Assert.Single(status.Operations);
        Assert.Equal(("checkout", 4L, "status 503, expected 201"), (checkout.Operation, checkout.Count, checkout.Detail));
        Assert.Contains(target.At("/t/checkout"), request => request.TraceId == checkout.TraceId);
        var check = Assert.Single(run.Summary.Errors, error => error.Type == "check");
        Assert.Equal([("cart", 4L), ("list", 4L)], check.Operations.Select(place => (place.Operation, place.Count)));
        Assert.Contains("$.total", check.Operations[1].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", await File.ReadAllTextAsync(run.Disk.Directory.SummaryFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("4 at checkout: status 503, expected 201", run.Result.Out, StringComparison.Ordinal);
        Assert.Contains($"--grep {checkout.TraceId}", run.Result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_GeneratorThatStandsStill_SaysThatItMeasuredItself()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{target.Url}}" }
            agents: 200
            load: { rate: 20/s }
            duration: 6s
            journeys: [ { steps: [ { name: first, get: /t/first } ] } ]
            """);
        await using var process = ApeProcess.Start(directory, "start", JourneyRun.File);
        await ApeShell.UntilAsync(() => target.At("/t/first").Count > 5);

        // A process that gets no processor is the extreme of one that has too little. What was due meanwhile starts late: 40 or more of 120 sessions.
        process.Signal("STOP");
        await Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System, TestContext.Current.CancellationToken);
        process.Signal("CONT");
        var result = await process.EndAsync();

        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Contains(summary.Run.Suspect, reason => reason.StartsWith("late_starts: p95 ", StringComparison.Ordinal));
        Assert.True(summary.Generator.Saturated);
        Assert.StartsWith("the generator: ", summary.Measured, StringComparison.Ordinal);
        Assert.Contains("SUSPECT late_starts", result.Out, StringComparison.Ordinal);
        Assert.Contains("Measured: the generator", result.Out, StringComparison.Ordinal);
        Assert.True(summary.Load.StartDelay.P99 > 0.5, string.Create(CultureInfo.InvariantCulture, $"{summary.Load.StartDelay.P99}"));
    }
}
