using System.Globalization;

namespace ApeTest.Journey_Target;

/// <summary>A shop that costs little and refuses what is wrong, so that a client that does not correlate is caught. It counts for itself.</summary>
internal static class Program
{
    // 18,000 clients that connect at once; the kernel's own limit is often 4,096.
    private const int Backlog = 16_384;

    private static async Task<int> Main(string[] args)
    {
        if (args is not [var text] || !ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            await Console.Error.WriteLineAsync("usage: PORT");
            return 2;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.UseSockets(static options => options.Backlog = Backlog);
        var app = builder.Build();
        new ShopRoutes(new SessionStore(), new Counters(TimeProvider.System)).Map(app);
        await app.RunAsync();
        return 0;
    }
}
