using System.Diagnostics;
using System.Net;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;
using Microsoft.Playwright;

namespace ApeTest.EndToEnd.Tests.Dashboard;

/// <summary>The dashboard of a real run in a real browser.</summary>
public sealed class DashboardTests : IAsyncLifetime
{
    // Checkout answers 201: each session of this run does what it should, and none proves what is asked of it here.
    private const string Run = "start --agents 4 --duration 10m --think 20ms --seed 1 --success checkout=202";

    private readonly TempDirectory _directory = new();
    private readonly List<string> _errors = [];
    private Process? _ape;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Link { get; set; } = null!;

    private string Id { get; set; } = string.Empty;

    public async ValueTask InitializeAsync()
    {
        Requires.That(OperatingSystem.IsLinux(), "the run is ended with kill");
        var chromium = Requires.Command("chromium");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"], Timeout = (float)TestTimeouts.Default.TotalMilliseconds,
        });
        _ape = ApeShell.Start(_directory, $"exec $APE {Run} 2>err.txt");
        var run = await ApeShell.UntilAsync(_directory, status => status.Status == "running");
        Id = run.Run;
        await ApeShell.UntilAsync(() => Told().Length > 0);
        Link = new Uri(Told());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
        if (_ape is { } ape)
        {
            // Whatever the shell left below it, too.
            ape.Kill(entireProcessTree: true);
            await ape.WaitForExitAsync(CancellationToken.None);
            ape.Dispose();
        }
        _directory.Dispose();
    }

    [Fact]
    public async Task Run_WhileItGoesOn_ShowsChartsThatChangeAndNoError()
    {
        var page = await OpenAsync(ColorScheme.Light);
        await page.WaitForSelectorAsync("#place-chart-rate svg[role=img] path.line");
        var path = await page.GetAttributeAsync("#place-chart-rate svg[role=img] path.line", "d");

        await UntilAsync(page, "before => document.querySelector('#place-chart-rate svg[role=img] path.line').getAttribute('d') !== before", path);

        Assert.True(await page.Locator(".place svg path.line, .place svg path.area").CountAsync() > 5);
        // Both come with the first session that was judged.
        await UntilAsync(page, "() => document.getElementById('verdict').textContent.includes('Failed')");
        await UntilAsync(page, "() => document.getElementById('operations').textContent.includes('checkout')");
        Assert.DoesNotContain("t=", page.Url, StringComparison.Ordinal);
        await Reports.Shot.TakeAsync(page, "dashboard-run");
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Session_ThatFailed_IsReplayedByKeyboardAlone()
    {
        var page = await OpenAsync(ColorScheme.Dark);
        await ApeShell.UntilAsync(() => new FileInfo(RunDirectoryReader.List(RunDirectory.RunsRoot(_directory.Path))[0].SessionsFile) is { Exists: true, Length: > 0 });

        await TabToAsync(page, "a[href$='/sessions']");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/sessions");
        await TabToAsync(page, "tbody a");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#steps");
        // What the model was sent and said, and what the target answered, are there, and open by keyboard.
        await TabToAsync(page, ".step");
        await TabToAsync(page, "#step-1 details.turn > summary");
        await page.Keyboard.PressAsync("Enter");
        Assert.Contains("ape-context", await page.TextContentAsync("#step-1 details.turn pre"), StringComparison.Ordinal);
        Assert.Contains("\"status\": 200", await page.TextContentAsync("#step-1 details.answer pre"), StringComparison.Ordinal);
        await page.GotoAsync(page.Url);
        await page.Keyboard.PressAsync("j");
        var first = await page.EvaluateAsync<string>("document.activeElement.id");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("End");
        var last = await page.EvaluateAsync<string>("document.activeElement.id");

        Assert.Equal("step-1", first);
        Assert.NotEqual(first, last);
        Assert.True(await page.IsVisibleAsync($"#{last} .stepbody"));
        Assert.True(await page.Locator(".waterfall rect").CountAsync() > 3);
        await page.Keyboard.PressAsync("Home");
        await Reports.Shot.TakeAsync(page, "dashboard-replay");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForURLAsync("**/sessions");
        Assert.Empty(_errors);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_InBothThemes_HaveContrastAa(ColorScheme scheme)
    {
        var page = await OpenAsync(scheme);
        await page.WaitForSelectorAsync("#place-chart-rate svg[role=img] path.line");
        await CheckAsync(page);
        await page.GotoAsync($"{page.Url}/sessions?outcome=");
        await page.WaitForSelectorAsync("tbody a");
        await CheckAsync(page);
        await page.ClickAsync("tbody a");
        await page.WaitForSelectorAsync("#steps");
        await page.Keyboard.PressAsync("j");
        await CheckAsync(page);
        await page.GotoAsync(new Uri(Link, "/dashboard").ToString());
        await CheckAsync(page);

        async Task CheckAsync(IPage shown)
        {
            await shown.EvaluateAsync("() => document.querySelectorAll('details').forEach(details => { details.open = true; })");
            var (seen, tooFaint) = await Reports.Contrast.OfAsync(shown);
            Assert.True(seen > 10, $"{seen} texts");
            Assert.Empty(tooFaint);
            Assert.Equal(1, await shown.Locator("main").CountAsync());
            Assert.Equal(1, await shown.Locator("h1").CountAsync());
        }
    }

    [Fact]
    public async Task Pages_OnATelephone_FitItsWidth()
    {
        var page = await OpenAsync(ColorScheme.Light, width: 400);
        await page.WaitForSelectorAsync("#place-chart-rate svg[role=img] path.line");
        await CheckAsync("dashboard-phone");
        await page.GotoAsync($"{page.Url}/sessions?outcome=");
        await page.WaitForSelectorAsync("tbody a");
        await CheckAsync("dashboard-phone-sessions");
        await page.ClickAsync("tbody a");
        await page.WaitForSelectorAsync("#steps");
        await page.Keyboard.PressAsync("j");
        await CheckAsync("dashboard-phone-replay");

        async Task CheckAsync(string name)
        {
            await Reports.Shot.TakeAsync(page, name);
            Assert.Equal(string.Empty, await page.EvaluateAsync<string>(
                "() => document.documentElement.scrollWidth <= innerWidth ? '' : [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, .plot, pre')).map(e => e.outerHTML.slice(0, 100)).slice(0, 5).join(' | ') || 'too wide'"));
        }
    }

    [Fact]
    public async Task Buttons_ScaleAndStop_AskBefore()
    {
        var page = await OpenAsync(ColorScheme.Light);
        await page.ClickAsync("button[data-act=scale]");
        await page.FillAsync("#agents", "6");
        await page.ClickAsync("#ask-scale button[value=scale]");
        await UntilAsync(page, "() => document.getElementById('said').textContent.includes('6 agents')");
        await UntilAsync(page, "() => document.getElementById('head').textContent.includes('of 6 agents')");

        await page.ClickAsync("button[data-act=stop]");
        await page.ClickAsync("#ask-stop button[value='']");
        Assert.Equal("running", RunDirectoryReader.StatusOf(RunDirectoryReader.List(RunDirectory.RunsRoot(_directory.Path))[0], TimeProvider.System).Status);
        await page.ClickAsync("button[data-act=stop]");
        await page.ClickAsync("#ask-stop button[value=now]");

        await ApeShell.UntilAsync(_directory, status => status.Status == "stopped");
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Link_UsedTwice_OpensOneBrowserOnly()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var plain = new UriBuilder(Link) { Query = string.Empty }.Uri;
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(plain, Cancellation)).StatusCode);

        var first = await http.GetAsync(Link, Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(Link, Cancellation)).StatusCode);
    }

    private async Task<IPage> OpenAsync(ColorScheme scheme, int width = 1280)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        context.SetDefaultTimeout((float)TestTimeouts.Default.TotalMilliseconds);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _errors.Add(error);
        await page.GotoAsync(Link.ToString());
        Assert.Equal($"/dashboard/runs/{Id}", new Uri(page.Url).AbsolutePath);
        return page;
    }

    /// <summary>Waits until a function holds in the page. Playwright's own waiting evaluates text in the page, which its policy forbids, as it should.</summary>
    private static async Task UntilAsync(IPage page, string holds, object? argument = null)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(TestTimeouts.Default);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (!await page.EvaluateAsync<bool>(holds, argument))
        {
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }

    /// <summary>Presses Tab until an element has the focus, as who has no mouse does.</summary>
    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var presses = 0; presses < 200; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
            {
                return;
            }
        }
        Assert.Fail($"Tab never came to {selector}.");
    }

    private string Told()
    {
        var file = _directory.Combine("err.txt");
        return (File.Exists(file) ? File.ReadAllLines(file) : []).Where(line => line.StartsWith("  watch it: ", StringComparison.Ordinal)).Select(line => line["  watch it: ".Length..]).FirstOrDefault() ?? string.Empty;
    }
}
