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

namespace ApeTest.Tests.Shared.Loki;

/// <summary>
/// As much of Loki's <c>query_range</c> as is asked (https://grafana.com/docs/loki/latest/reference/loki-http-api/): lines of a time range that the query wants, oldest
/// first, at most so many, one stream for each set of labels and structured metadata. A query that is none of <see cref="LogQl"/> is answered 400, as Loki does.
/// </summary>
public sealed class FakeLoki : IAsyncDisposable
{
    private const int MostLines = 5000;

    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly List<(long At, string Line, Dictionary<string, string> Labels)> _lines = [];

    private FakeLoki(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Queries that came.</summary>
    public ConcurrentQueue<string> Queries { get; } = new();

    /// <summary>The header <c>Authorization</c> of those requests that had one.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>What it answers in place of lines, with 200, as something else at this address might; null: lines.</summary>
    public string? Answers { get; set; }

    /// <summary>What it answers in place of lines, with 400; null: lines.</summary>
    public string? Refusal { get; set; }

    /// <summary>Starts it on a free port.</summary>
    public static async Task<FakeLoki> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var loki = new FakeLoki(app);
        app.MapGet("/loki/api/v1/query_range", loki.Answer);
        await app.StartAsync(cancellationToken);
        return loki;
    }

    /// <summary>Keeps a line.</summary>
    public void Add(DateTimeOffset at, string line, params (string Name, string Value)[] labels) =>
        Add((at.UtcTicks - DateTime.UnixEpoch.Ticks) * 100, line, labels.ToDictionary(label => label.Name, label => label.Value));

    /// <summary>Keeps a line of that nanosecond since 1970.</summary>
    public void Add(long at, string line, Dictionary<string, string> labels)
    {
        lock (_gate)
        {
            _lines.Add((at, line, labels));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Answer(HttpRequest request, string query, long start, long end, int limit, string direction)
    {
        Queries.Enqueue(query);
        if (request.Headers.Authorization.ToString() is { Length: > 0 } authorization)
        {
            Authorizations.Enqueue(authorization);
        }
        if (Answers is not null)
        {
            return TypedResults.Text(Answers, "application/json");
        }
        if (Refusal is not null)
        {
            return TypedResults.Text(Refusal, statusCode: 400);
        }
        if (limit > MostLines)
        {
            return TypedResults.Text($"max entries limit per query exceeded, limit > max_entries_limit ({limit} > {MostLines})", statusCode: 400);
        }
        if (LogQl.Parse(query) is not { } wanted)
        {
            return TypedResults.Text("parse error at line 1, col 1: syntax error", statusCode: 400);
        }
        lock (_gate)
        {
            var found = _lines.Where(line => line.At >= start && line.At < end)
                .Select(line => (line.At, line.Line, Labels: wanted.Match(line.Labels, line.Line)!)).Where(line => line.Labels is not null);
            var page = (direction == "forward" ? found.OrderBy(line => line.At) : found.OrderByDescending(line => line.At)).Take(limit);
            var streams = page.GroupBy(line => string.Join(',', line.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))).Select(stream => new
            {
                stream = stream.First().Labels,
                values = stream.Select(line => new[] { line.At.ToString(CultureInfo.InvariantCulture), line.Line }),
            });
            return TypedResults.Json(new { status = "success", data = new { resultType = "streams", result = streams.ToList(), stats = new { } } });
        }
    }
}
