using ApeTest.Tests.Shared;
using Microsoft.Playwright;

namespace ApeTest.EndToEnd.Tests.Reports;

/// <summary>The report of a real run in a real browser.</summary>
public sealed class ReportPageTests
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Page_OfARunWithFailures_IsWholeKeyboardReachableAndReadable(ColorScheme scheme)
    {
        await using var browser = await Browser.StartAsync();
        using var directory = new TempDirectory();
        var url = await RunAsync(directory);
        var complaints = new List<string>();

        var page = await browser.OpenAsync(url, scheme, complaints);

        // Charts have data.
        Assert.True(await page.Locator("figure.chart").CountAsync() >= 4);
        foreach (var chart in await page.Locator("figure.chart .plot svg").AllAsync())
        {
            Assert.True(await chart.Locator("path.line, path.area").EvaluateAllAsync<bool>("paths => paths.some(path => path.getAttribute('d').split('L').length > 1)"));
            Assert.NotEmpty(await chart.GetAttributeAsync("aria-label") ?? "");
        }

        await Shot.TakeAsync(page, $"report-{scheme}".ToLowerInvariant());

        // A failed session opens by keyboard, and its curl commands too.
        var session = page.Locator("details.session").First;
        await session.Locator("> summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(session.Locator(".inside table").First).ToBeVisibleAsync();
        await session.Locator("details.curl > summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(session.Locator("details.curl pre")).ToContainTextAsync("curl -sS");

        // So does what the model was sent and said, and what the target answered.
        await session.Locator("details.turn > summary").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(session.Locator("details.turn pre").First).ToContainTextAsync("ape-context");
        await session.Locator("details.answer > summary").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(session.Locator("details.answer pre").First).ToContainTextAsync("\"status\": 200");
        await session.EvaluateAsync("session => session.scrollIntoView()");
        await Shot.TakeAsync(page, $"report-session-{scheme}".ToLowerInvariant());

        // The filter, the sorting and the theme answer.
        await page.FillAsync("#filter-text", "no session says this");
        await Assertions.Expect(page.Locator("#filter-count")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^0 of "));
        await page.FillAsync("#filter-text", "");
        await page.Locator("#operations .sort").Nth(2).ClickAsync();
        Assert.Equal("descending", await page.Locator("#operations th").Nth(2).GetAttributeAsync("aria-sort"));

        // All that is open now is readable, in this theme and in the other.
        await AssertReadableAsync(page);
        await page.ClickAsync("#theme");
        await AssertReadableAsync(page);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Page_WithoutScript_ShowsEverythingAndNoDeadButton()
    {
        await using var browser = await Browser.StartAsync();
        using var directory = new TempDirectory();
        var url = await RunAsync(directory);

        var page = await browser.OpenAsync(url, ColorScheme.Light, [], script: false);

        Assert.False(await page.Locator("button").First.IsVisibleAsync());
        Assert.False(await page.Locator("#filter").IsVisibleAsync());
        await page.Locator("details.session > summary").First.ClickAsync();
        Assert.True(await page.Locator("details.session .inside").First.IsVisibleAsync());
    }

    [Fact]
    public async Task Session_OnATelephone_ShowsItsDurationAndWhatWasSaidWithoutScrolling()
    {
        await using var browser = await Browser.StartAsync();
        using var directory = new TempDirectory();
        var page = await browser.OpenAsync(await RunAsync(directory), ColorScheme.Dark, [], width: 400);
        var session = page.Locator("details.session").First;
        await session.Locator("> summary").ClickAsync();
        await session.Locator("details.turn > summary").First.ClickAsync();
        await session.EvaluateAsync("session => session.scrollIntoView()");
        await Shot.TakeAsync(page, "report-phone-session");

        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        Assert.True(await session.Locator("> summary .num").EvaluateAsync<bool>("took => took.scrollWidth <= took.clientWidth"));
        foreach (var said in await session.Locator("details.turn, details.answer").AllAsync())
        {
            Assert.True(await said.EvaluateAsync<bool>("said => said.getBoundingClientRect().right <= innerWidth"));
        }
    }

    private static async Task AssertReadableAsync(IPage page)
    {
        var (seen, tooFaint) = await Contrast.OfAsync(page);

        Assert.True(seen > 150, $"{seen} texts");
        Assert.Empty(tooFaint);
    }

    /// <summary>A run in which the checkout never answers what it must; its report, which the run itself wrote.</summary>
    private static async Task<string> RunAsync(TempDirectory directory)
    {
        (await ApeProcess.RunAsync(directory, "start", "--agents", "3", "--iterations", "9", "--seed", "1", "--success", "checkout=299")).Exits(99);
        var run = await RunOnDisk.ReadAsync(directory);
        return new Uri(run.Directory.ReportFile).AbsoluteUri;
    }
}
