using System.Net;
using System.Text;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Lean;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>An agent with one of the two ways to send bytes, both held to the same cases.</summary>
internal sealed class RawWay : IDisposable
{
    public const string Lean = "lean";
    public const string Sockets = "sockets";

    private readonly LoopGroup _loops = new(1, TimeProvider.System);
    private readonly LeanTransports? _transports;
    private readonly SocketsTransport? _general;
    private readonly RawRequest _request = new();
    private readonly RawExchange _exchange = new();

    public RawWay(string way, Uri url, Action<TargetOptions>? change = null, LeanOptions? options = null, LimitOptions? limits = null, TargetMetrics? metrics = null)
    {
        Server = url;
        Policy = Some.Policy(url, change, limits, metrics);
        if (way == Lean)
        {
            _transports = new LeanTransports(Policy, TimeProvider.System, options);
            Transport = _transports.Create(Loop, 0);
        }
        else
        {
            _general = new SocketsTransport(Policy, TimeProvider.System, options?.Resolve);
            var use = options?.Connections ?? ConnectionUse.Shared;
            Transport = use is ConnectionUse.Shared ? new RawSockets(_general) : new RawSockets(() => _general.Apart(0), use is ConnectionUse.Session);
        }
    }

    public TargetPolicy Policy { get; }

    public Uri Server { get; }

    public TargetLoop Loop => _loops.Of(0);

    public IRawTransport Transport { get; }

    public LeanTransports Transports => _transports!;

    /// <summary>Sends a request of the agent and tells what it saw.</summary>
    public Task<Seen> SendAsync(string target = "/", string method = "GET", string? body = null, string headers = "", TimeSpan? timeout = null, int maxBody = 1 << 20,
        Uri? server = null, string operation = "step", CancellationToken? cancellationToken = null)
    {
        var route = new RawRoute(Policy, "shop", operation, server ?? Server, method);
        return OnLoop(async () =>
        {
            Fill(_request, route, target, body, headers);
            _request.Timeout = timeout ?? TestTimeouts.Default;
            _request.MaxBodyBytes = maxBody;
            await Transport.SendAsync(_request, _exchange, cancellationToken ?? TestContext.Current.CancellationToken);
            return Seen.Of(_exchange);
        });
    }

    /// <summary>Runs a flow on the loop.</summary>
    public Task<T> OnLoop<T>(Func<Task<T>> flow)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(_ => _ = RunAsync(), null);
        return done.Task.Within(TestContext.Current.CancellationToken);

        async Task RunAsync()
        {
            try
            {
                done.SetResult(await flow());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }
    }

    public static void Fill(RawRequest request, RawRoute route, string target, string? body = null, string headers = "")
    {
        request.Clear();
        request.Route = route;
        request.Target.Write(Encoding.Latin1.GetBytes(target).AsSpan());
        request.Headers.Write(Encoding.Latin1.GetBytes(headers).AsSpan());
        request.Trace = new RawTrace(0x0af7651916cd43dd, 0x8448eb211c80319c, 0xb7ad6b7169203331, Sampled: true);
        request.HasBody = body is not null;
        request.Body.Write(Encoding.UTF8.GetBytes(body ?? "").AsSpan());
    }

    public void Dispose()
    {
        Transport.Dispose();
        _transports?.Dispose();
        _general?.Dispose();
        _loops.Dispose();
    }
}

/// <summary>What an agent saw of an answer.</summary>
internal sealed record Seen(int Status, string? ErrorType, string? Message, string Body, long BodyLength, List<KeyValuePair<string, string>> Headers)
{
    public long BytesSent { get; init; }

    public long BytesReceived { get; init; }

    public bool IsNewConnection { get; init; }

    public TimeSpan Ttfb { get; init; }

    public TimeSpan Target { get; init; }

    public int Revision { get; init; }

    public string? Header(string name) => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public static Seen Of(RawExchange exchange)
    {
        List<KeyValuePair<string, string>> headers = [];
        for (var i = 0; i < exchange.Headers.Count; i++)
        {
            headers.Add(new(Encoding.Latin1.GetString(exchange.Headers.Name(i)), Encoding.Latin1.GetString(exchange.Headers.Value(i))));
        }
        return new Seen(exchange.Status, exchange.ErrorType, exchange.ErrorMessage, Encoding.UTF8.GetString(exchange.Body.Span), exchange.BodyLength, headers)
        {
            BytesSent = exchange.BytesSent,
            BytesReceived = exchange.BytesReceived,
            IsNewConnection = exchange.IsNewConnection,
            Ttfb = exchange.Ttfb,
            Target = exchange.Target,
            Revision = exchange.Revision,
        };
    }
}
