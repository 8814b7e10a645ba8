using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Faults;

/// <summary>One fault in force: its options, compiled, and what it has hit. Thread-safe.</summary>
internal sealed class Fault
{
    private readonly RequestRule? _route;
    private readonly string _kind;
    private readonly int _stream;
    private long _matching;
    private long _hits;

    /// <summary>Compiles valid options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="stream">Number of the fault among those of its seed: faults that share a seed draw apart from each other.</param>
    public Fault(FaultOptions options, int stream)
    {
        Options = options;
        _stream = stream;
        _route = options.Route is { } route && RequestRule.TryParse(route, out var rule) ? rule : null;
        _kind = KindOf(options);
    }

    public FaultOptions Options { get; }

    public FaultCount Count => new(Options, Interlocked.Read(ref _matching), Interlocked.Read(ref _hits));

    /// <summary>Whether the fault is for this request; counts it if so, and draws.</summary>
    /// <param name="request">The request.</param>
    /// <param name="draw">The numbers of this request, one of them used up.</param>
    /// <returns>Whether the draw hits.</returns>
    public bool Draws(in TargetRequest request, out FaultDraw draw)
    {
        draw = default;
        if ((Options.Target is { } target && target != request.Target)
            || (_route is { } route && !route.Matches(request.Method.Method, request.Url.AbsolutePath, request.Operation)))
        {
            return false;
        }
        draw = FaultDraw.Of(Options.Seed, _stream, Interlocked.Increment(ref _matching) - 1);
        return draw.Next() < Options.Share;
    }

    /// <summary>Counts a hit and draws its delay.</summary>
    public FaultHit Hit(ref FaultDraw draw)
    {
        Interlocked.Increment(ref _hits);
        return new FaultHit(_kind, Options.Latency is { } latency ? Latency.Draw(latency, ref draw) : TimeSpan.Zero, Options);
    }

    private static string KindOf(FaultOptions options)
    {
        List<string> kinds = [];
        Add(options.Latency is not null, "latency");
        Add(options.Status is not null, "status");
        Add(options.Abort, "abort");
        Add(options.SlowBody is not null, "slow_body");
        Add(options.Throttle is not null, "throttle");
        return string.Join('+', kinds);

        void Add(bool does, string kind)
        {
            if (does)
            {
                kinds.Add(kind);
            }
        }
    }
}
