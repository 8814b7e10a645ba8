using Microsoft.Playwright;

namespace ApeTest.EndToEnd.Tests.Reports;

/// <summary>Pictures for the docs and for whoever looks at the pages: with <c>APETEST_SHOTS=folder</c> they are written, else not.</summary>
internal static class Shot
{
    public static async Task TakeAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("APETEST_SHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), FullPage = false });
        }
    }
}
