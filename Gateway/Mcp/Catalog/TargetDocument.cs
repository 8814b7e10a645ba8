using System.Text;
using ApeTest.Scenarios;
using ApeTest.Targets;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.Http;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Tools;

namespace ApeTest.Gateway.Mcp.Catalog;

/// <summary>The OpenAPI document of one target: read at the first use, and again after a failure. Thread-safe.</summary>
internal sealed partial class TargetDocument(
    TargetEntry target, string? openApi, string? graphQl, string baseDirectory, ITargetTransport transport, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private const int MaxRedirects = 3;

    /// <summary>A target that hangs must not hold up the list of tools for as long as its own time limit allows.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task? _reading;
    private long _failedAt;
    private string? _logged;
    private volatile ToolCatalog? _catalog;
    private volatile string? _failure;

    /// <summary>The target.</summary>
    public TargetEntry Target => target;

    /// <summary>Its tools; null before the document was read, and after a failure.</summary>
    public ToolCatalog? Catalog => _catalog;

    /// <summary>Why there is no catalog; null before the first attempt and after a success.</summary>
    public string? Failure => _failure;

    /// <summary>
    /// Completes when the document was read, or could not be: see <see cref="Failure"/>. One attempt at a time, whoever asks, and none
    /// within 2 s of a failure. The token ends the waiting, not the attempt.
    /// </summary>
    public Task ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_catalog is not null || (_reading is null && _failure is not null && time.GetElapsedTime(_failedAt) < RetryAfter))
            {
                return Task.CompletedTask;
            }
            _reading ??= ReadOnceAsync();
            return _reading.WaitAsync(cancellationToken);
        }
    }

    private async Task ReadOnceAsync()
    {
        // Not on the asker's time or context: others wait for the same attempt.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var failure = "";
        try
        {
            using var limit = new CancellationTokenSource(Limit, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
            var document = await new OpenApiSource(DownloadAsync, target.Url, openApi, baseDirectory).FindAsync(linked.Token);
            var schema = graphQl is null ? null : await new GraphQlSource(PostAsync, target.Url, graphQl).FindAsync(linked.Token);
            _catalog = TargetCatalog.Import(target.Url, document, graphQl, schema);
            _failure = null;
        }
        catch (ApeTestException known)
        {
            failure = known.Message;
        }
        catch (OperationCanceledException)
        {
            failure = $"the OpenAPI document was not read within {Limit.TotalSeconds:0} s";
        }
        catch (Exception bug)
        {
            // An edge: whatever a document does to the importer, the target's generic tools remain.
            failure = $"the OpenAPI document cannot be imported ({bug.GetType().Name})";
            LogBug(logger, bug, target.Name);
        }
        lock (_lock)
        {
            if (_catalog is null)
            {
                _failure = failure;
                _failedAt = time.GetTimestamp();
            }
            _reading = null;
        }
        if (_failure is { } told && told != _logged)
        {
            _logged = told;
            LogFailure(logger, target.Name, told);
        }
    }

    /// <summary>Through the target's policy, so that its allow-list, credentials and budget hold for the document too.</summary>
    private async Task<DocumentAnswer> DownloadAsync(Uri url, CancellationToken cancellationToken)
    {
        for (var hop = 0; ; hop++)
        {
            var exchange = await SendAsync(HttpMethod.Get, url, default, cancellationToken);
            if (exchange.Status is 301 or 302 or 303 or 307 or 308 && hop < MaxRedirects
                && exchange.Header("Location") is { } location && Uri.TryCreate(url, location, out var next))
            {
                url = next;
                continue;
            }
            return Answer(exchange);
        }
    }

    private async Task<DocumentAnswer> PostAsync(Uri url, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        Answer(await SendAsync(HttpMethod.Post, url, json, cancellationToken));

    private async Task<TargetExchange> SendAsync(HttpMethod method, Uri url, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var exchange = await transport.SendAsync(
            new TargetRequest
            {
                Method = method,
                Url = url,
                Target = target.Name,
                Headers = [new("Accept", "application/json, application/yaml;q=0.9, */*;q=0.5"), new("User-Agent", "ApeTest")],
                Body = json,
                ContentType = json.IsEmpty ? null : "application/json",
                MaxBodyBytes = OpenApiSource.MostBytes,
            },
            cancellationToken);
        if (exchange.ErrorType is not null)
        {
            throw new DocumentUnreadableException(exchange.ErrorMessage ?? exchange.ErrorType);
        }
        return exchange.BodyLength > exchange.Body.Length
            ? throw new DocumentUnreadableException($"it is larger than {OpenApiSource.MostBytes >> 20} MB")
            : exchange;
    }

    private static DocumentAnswer Answer(in TargetExchange exchange) =>
        new(exchange.Status, exchange.Header("Content-Type")?.Split(';')[0].Trim(), Encoding.UTF8.GetString(exchange.Body.Span));

    [LoggerMessage(1, LogLevel.Warning, "no tools from OpenAPI for target {Target}: {Reason}", EventName = "mcp.document_failed")]
    private static partial void LogFailure(ILogger logger, string target, string reason);

    [LoggerMessage(2, LogLevel.Error, "the OpenAPI document of target {Target} made the importer fail", EventName = "mcp.import_failed")]
    private static partial void LogBug(ILogger logger, Exception exception, string target);
}
