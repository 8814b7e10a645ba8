using ApeTest.Tests.Shared;
using Microsoft.Playwright;

namespace ApeTest.EndToEnd.Tests.Reports;

/// <summary>The system's Chromium through Playwright. Without one the test is skipped.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static async Task<Browser> StartAsync()
    {
        var chromium = Requires.Command("chromium");
        var playwright = await Playwright.CreateAsync();
        try
        {
            return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                Timeout = (float)TestTimeouts.Default.TotalMilliseconds,
            }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a page; what it says on the console, or fails to load, is added to <paramref name="complaints"/>.</summary>
    public async Task<IPage> OpenAsync(string url, ColorScheme scheme, List<string> complaints, bool script = true, int width = 1280)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme, JavaScriptEnabled = script, ViewportSize = new ViewportSize { Width = width, Height = 900 },
        });
        context.SetDefaultTimeout((float)TestTimeouts.Default.TotalMilliseconds);
        var page = await context.NewPageAsync();
        page.Console += (_, message) => complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => complaints.Add(error);
        page.RequestFailed += (_, request) => complaints.Add($"failed: {request.Url}");
        page.Request += (_, request) =>
        {
            if (request.Url != url)
            {
                complaints.Add($"asked for {request.Url}");
            }
        };
        await page.GotoAsync(url);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
