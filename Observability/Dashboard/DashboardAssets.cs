using System.Collections.Frozen;

namespace ApeTest.Observability.Dashboard;

/// <summary>Style and script of the pages, in this assembly. They tell nothing of a run: whoever asks gets them.</summary>
internal static class DashboardAssets
{
    private static readonly FrozenDictionary<string, (byte[] Bytes, string Type)> Known = new[] { ("report.css", "text/css"), ("dashboard.css", "text/css"), ("dashboard.js", "text/javascript"), ("icon.svg", "image/svg+xml") }
        .ToFrozenDictionary(static asset => asset.Item1, static asset => (Read(asset.Item1), $"{asset.Item2}; charset=utf-8"), StringComparer.Ordinal);

    public static IResult Get(string name, HttpResponse response)
    {
        if (!Known.TryGetValue(name, out var asset))
        {
            return Results.NotFound();
        }
        DashboardGuard.SetHeaders(response);
        return Results.Bytes(asset.Bytes, asset.Type);
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(DashboardAssets).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in this assembly.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
