using System.Security.Cryptography;
using System.Text;
using ApeTest.Observability.Reports.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApeTest.Observability.Reports;

/// <summary>
/// <c>report.html</c>: one file that needs nothing else, no network and no script. Razor components are rendered to text; the policy of the page
/// (Content-Security-Policy) allows the one style sheet and the one script by their hashes and nothing else, so that even markup that slipped in could do nothing.
/// </summary>
public static class HtmlReport
{
    private static readonly string Style = Asset("report.css");
    private static readonly string Script = Asset("report.js");

    /// <summary>Writes the page.</summary>
    public static async Task WriteAsync(RunReport report, TextWriter output)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<ReportPage>(ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(ReportPage.Report)] = report }));
            await output.WriteAsync(Head(report));
            page.WriteHtmlTo(output);
            await output.WriteAsync($"<script>{Script}</script>\n</body>\n</html>\n");
        });
    }

    // The head is written by hand: what stands in a style or script element is no text of HTML, and its hash must be that of the very bytes.
    private static string Head(RunReport report) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {Hash(Style)}; script-src {Hash(Script)}; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>{Encode($"{report.Summary.Run.Scenario}, run {report.Summary.Run.Id}")} - ApeTest</title>
        <style>{Style}</style>
        </head>
        <body>

        """.ReplaceLineEndings("\n");

    private static string Encode(string text) => System.Text.Encodings.Web.HtmlEncoder.Default.Encode(VisibleText.Of(text, 200));

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string Asset(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in this assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // A browser hashes the text as it parsed it, with line feeds.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
