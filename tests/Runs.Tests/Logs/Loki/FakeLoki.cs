using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Runs.Tests.Logs.Loki;

/// <summary>As much of Loki as is asked: lines of a time range, oldest first, at most so many, one stream for each set of labels. It does not judge the query.</summary>
internal sealed class FakeLoki : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly List<(long At, string Line, Dictionary<string, string> Labels)> _lines = [];

    private FakeLoki(WebApplication app) => _app = app;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public ConcurrentQueue<string> Queries { get; } = new();

    /// <summary>What it answers in place of lines; null: lines.</summary>
    public string? Refusal { get; set; }

    public static async Task<FakeLoki> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var loki = new FakeLoki(app);
        app.MapGet("/loki/api/v1/query_range", loki.Answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return loki;
    }

    public void Add(DateTimeOffset at, string line, params (string Name, string Value)[] labels)
    {
        lock (_gate)
        {
            _lines.Add(((at.UtcTicks - DateTime.UnixEpoch.Ticks) * 100, line, labels.ToDictionary(label => label.Name, label => label.Value)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Answer(string query, long start, long end, int limit, string direction)
    {
        Queries.Enqueue(query);
        Assert.Equal("forward", direction);
        if (Refusal is not null)
        {
            return TypedResults.Text(Refusal, statusCode: 400);
        }
        lock (_gate)
        {
            var page = _lines.Where(line => line.At >= start && line.At < end).OrderBy(line => line.At).Take(limit);
            var streams = page.GroupBy(line => string.Join(',', line.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))).Select(stream => new
            {
                stream = stream.First().Labels,
                values = stream.Select(line => new[] { line.At.ToString(CultureInfo.InvariantCulture), line.Line }),
            });
            return TypedResults.Json(new { status = "success", data = new { resultType = "streams", result = streams.ToList() } });
        }
    }
}
