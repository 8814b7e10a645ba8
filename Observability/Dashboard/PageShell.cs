using System.Text.Encodings.Web;
using ApeTest.Observability.Reports;

namespace ApeTest.Observability.Dashboard;

/// <summary>What stands around each page: head, style and script by address, since the policy allows nothing inline.</summary>
internal static class PageShell
{
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>A page with <paramref name="body"/>, which is HTML.</summary>
    public static string Of(string title, string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{Encode(title)} - ApeTest</title>
        <link rel="icon" type="image/svg+xml" href="{DashboardKeys.Path}/assets/icon.svg">
        <link rel="stylesheet" href="{DashboardKeys.Path}/assets/report.css">
        <link rel="stylesheet" href="{DashboardKeys.Path}/assets/dashboard.css">
        <script type="module" src="{DashboardKeys.Path}/assets/dashboard.js"></script>
        </head>
        <body>
        {body}
        </body>
        </html>

        """.ReplaceLineEndings("\n");

    /// <summary>A page that says one thing.</summary>
    public static string Plain(string title, string text) => Of(title, $"""<main class="wide plain" id="content"><h1>{Encode(title)}</h1><p>{Encode(text)}</p></main>""");

    private static string Encode(string text) => HtmlEncoder.Default.Encode(VisibleText.Of(text, 400));
}
