using ApeTest.Cli.Commands.Init;
using ApeTest.Cli.Commands.Init.Survey;
using ApeTest.Cli.Commands.Init.Writing;
using ApeTest.EndToEnd.Tests.Planner;
using ApeTest.EndToEnd.Tests.Planner.Bank;
using ApeTest.EndToEnd.Tests.Planner.Loans;
using ApeTest.EndToEnd.Tests.Planner.Shops;
using ApeTest.EndToEnd.Tests.Planner.Tickets;
using ApeTest.EndToEnd.Tests.Planner.Tracker;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.GraphQl;
using ApeTest.Tests.Shared.Library;
using ApeTest.Tests.Shared.Sites;

namespace ApeTest.EndToEnd.Tests.FirstRun;

/// <summary>Every goal that <c>init</c> suggests, not only the first, is one that the built-in planner reaches and the target's answers prove.</summary>
public sealed class SuggestionTests
{
    [Fact]
    public async Task Suggestions_OfThePlainShop_AllSucceed()
    {
        using var directory = new TempDirectory();
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0");
        var url = new Uri((await shop.FirstOutputLineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

        await AllSucceedAsync(url, null, null, [], 1);
    }

    [Fact]
    public async Task Suggestions_OfTheLibrary_AllSucceed()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);

        await AllSucceedAsync(library.Url, null, null, [], 1);
    }

    [Theory]
    [InlineData("bank", "70014/linden-42")]
    [InlineData("loans", "mia/coffee2go")]
    [InlineData("tickets", null)]
    [InlineData("tracker", null)]
    public async Task Suggestions_OfOtherApis_AllSucceed(string name, string? login)
    {
        await using var api = await SampleApi.StartAsync(name switch
        {
            "bank" => new BankApi(),
            "loans" => new LoansApi(),
            "tickets" => new TicketsApi(),
            _ => (ISample)new TrackerApi(),
        }, TestContext.Current.CancellationToken);
        var key = api.Sample.Header?.Split(": ");

        await AllSucceedAsync(api.Url, api.Sample.OpenApiPath, login, key is null ? [] : new() { [key[0]] = key[1] }, 1);
    }

    [Theory]
    [InlineData("board", 2)]
    [InlineData("florist", 5)]
    public async Task Suggestions_OfSamplesWithoutADocument_AllSucceed(string name, int least)
    {
        using var directory = new TempDirectory();
        await using var sample = ApeProcess.Start(directory, "sample", name, "--port", "0");
        var url = new Uri((await sample.FirstOutputLineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

        await AllSucceedAsync(url, null, null, [], least);
    }

    [Fact]
    public async Task Suggestions_OfAGraphQlSchema_AllSucceed()
    {
        await using var cinema = await GraphQlCinema.StartAsync(TestContext.Current.CancellationToken);

        await AllSucceedAsync(cinema.Url, null, null, [], 4);
        Assert.DoesNotContain("bookSeat", cinema.Asked);
    }

    [Fact]
    public async Task Suggestions_OfPages_AllSucceed()
    {
        await using var museum = await MuseumSite.StartAsync(new Uri("http://127.0.0.1:9/"), TestContext.Current.CancellationToken);

        await AllSucceedAsync(museum.Url, null, null, [], 4);
        // A search is among them, with words that a page shows.
        Assert.Contains("GET /exhibits?q=Blue%20vase", museum.Requests);
    }

    private static async Task AllSucceedAsync(Uri url, string? openApi, string? login, Dictionary<string, string> headers, int least)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var findings = await new TargetSurvey(TimeProvider.System, ".", hasUser: login is not null).LookAsync(url, openApi, null, headers, null, cancellationToken);
        var failed = new List<string>();
        foreach (var goal in findings.Goals)
        {
            using var directory = new TempDirectory();
            var request = new InitRequest { Directory = directory.Path, Shown = ".", Target = url, Header = headers.Count == 0 ? null : (headers.Keys.First(), "${API_KEY}") };
            new FileSet(directory.Path, ".", InitFiles.Of(InitDefaults.Of(request, findings, [goal], login is null ? null : [.. login.Split('/')]), new Dictionary<string, string>())).Write();
            var run = await ApeProcess.RunWithAsync(directory, headers.Count == 0 ? [] : new() { ["API_KEY"] = headers.Values.First() }, "try", "--no-color");
            TestContext.Current.TestOutputHelper?.WriteLine($"{(run.Code == 0 ? "done" : "FAIL")}  {goal.Text}  ({goal.Proof})");
            if (run.Code != 0 || (await RunOnDisk.ReadAsync(directory)).Summary.Sessions.Succeeded != 1)
            {
                failed.Add($"{goal.Text}\n{run.Out}{run.Error}");
            }
        }
        Assert.True(failed.Count == 0, string.Join("\n\n", failed));
        Assert.True(findings.Goals.Count >= least, $"{findings.Goals.Count} goals are suggested");
    }
}
