using ApeTest.EndToEnd.Tests.Docs;
using ApeTest.Mini.Bank;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Samples;

/// <summary>Every scenario of <c>samples/scenarios</c> and every journey of <c>samples/journeys</c>, as it is, with fewer sessions.</summary>
public sealed class SampleScenarioTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Scenarios that bring their target up themselves.</summary>
    public static TheoryData<string> Scenarios => [.. Directory.GetFiles(Folder("scenarios"), "*.yaml").Select(static file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Start_Scenario_HoldsItsThresholds(string scenario)
    {
        using var directory = new TempDirectory();

        (await ApeProcess.RunAsync(directory, "start", Path.Combine(Folder("scenarios"), scenario), "--iterations", "40", "--agents", "4")).Exits(0);

        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Equal(40, summary.Sessions.Started);
        Assert.NotEmpty(summary.Thresholds.Where(static threshold => threshold.By == "scenario"));
    }

    [Fact]
    public async Task Start_Flaky_ErrorsAreCountedThoughSessionsRecover()
    {
        using var directory = new TempDirectory();

        (await ApeProcess.RunAsync(directory, "start", Path.Combine(Folder("scenarios"), "flaky.yaml"), "--iterations", "40", "--agents", "4")).Exits(0);

        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Contains(summary.Errors, static error => error.Type == "http_503" && error.Where == "target");
        Assert.True(summary.Sessions.Succeeded > 30, $"{summary.Sessions.Succeeded} of 40");
    }

    [Fact]
    public async Task Start_BankThatLosesMoney_IsFoundByItsBooksAlone()
    {
        await using var bank = await BankAsync(new BankOptions { LoseEvery = 10 });
        using var directory = new TempDirectory();

        (await ApeProcess.RunAsync(directory, "start", Path.Combine(Folder("scenarios"), "bank.yaml"), "--target", bank.Urls.First(), "--iterations", "20", "--agents", "2")).Exits(99);

        var run = await RunOnDisk.ReadAsync(directory);
        // All answers were as they should be; the money was not.
        Assert.DoesNotContain(run.Summary.Http, static operation => operation.Errors > 0);
        Assert.InRange(run.Summary.Sessions.Succeeded, 1, 10);
        Assert.Contains(run.Sessions, static session => session.Outcome is not SessionOutcome.Succeeded && session.Evidence.Any(static evidence => !evidence.Ok && evidence.Condition.Contains("/books", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Start_JourneyOfTheShop_HoldsItsThresholds()
    {
        using var directory = new TempDirectory();
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0");
        var url = (await shop.FirstOutputLineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];

        // A window of 10 s has to be full before a threshold over it can hold.
        (await ApeProcess.RunAsync(directory, "start", Path.Combine(Folder("journeys"), "shop-buy.yaml"), "--target", url, "--agents", "4", "--duration", "13s")).Exits(0);
    }

    private static string Folder(string name) => Path.Combine(DocPage.Root, "samples", name);

    private static async Task<WebApplication> BankAsync(BankOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddBank(options);
        var app = builder.Build();
        app.MapBank();
        await app.StartAsync(Cancellation);
        return app;
    }
}
