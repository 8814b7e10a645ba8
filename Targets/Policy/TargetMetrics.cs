using System.Diagnostics;
using System.Diagnostics.Metrics;
using ApeTest.Targets.Http;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Policy;

/// <summary>Metrics of the target policy, in the gateway and in process (DESIGN 14.4).</summary>
public sealed class TargetMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ApeTest.Targets";

    private static readonly InstrumentAdvice<double> Fast = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    };

    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _faults;
    private readonly Histogram<double> _own;
    private readonly Histogram<double> _target;
    private volatile TargetPolicy? _policy;

    /// <summary>Creates the instruments.</summary>
    public TargetMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _requests = meter.CreateCounter<long>("apetest.gateway.requests", "{request}", "Requests to targets.");
        _own = meter.CreateHistogram("apetest.gateway.own", "s", "Time of the policy and of forwarding.", tags: null, advice: Fast);
        _target = meter.CreateHistogram("apetest.gateway.target", "s", "Time of the target: forward to response headers, and to the last byte where it is read.", tags: null, advice: Fast);
        _retries = meter.CreateCounter<long>("apetest.gateway.retries", "{retry}", "Retries.");
        _faults = meter.CreateCounter<long>("apetest.gateway.faults", "{fault}", "Injected faults.");
        meter.CreateObservableGauge("apetest.gateway.breaker_open", Breakers, "1", "1 while the target's circuit breaker keeps requests from it.");
    }

    /// <summary>Reports the breakers of this policy, in place of those of the one before.</summary>
    internal void Watch(TargetPolicy policy) => _policy = policy;

    internal void Record(in TargetExchange exchange)
    {
        var target = exchange.Target ?? "_unknown";
        using var trace = Sampled(exchange.Trace);
        Count(target, exchange.Status, exchange.ErrorType ?? "", 1);
        var tag = new KeyValuePair<string, object?>("target", target);
        _own.Record(exchange.Timing.Gateway.TotalSeconds, tag);
        // An injected answer says nothing of the target's time.
        if (exchange.Status > 0 && (exchange.Timing.Target > TimeSpan.Zero || exchange.Timing.Fault is null or "none"))
        {
            _target.Record(exchange.Timing.Target.TotalSeconds, tag);
        }
        for (var i = 0; i < exchange.RetryReasons?.Count; i++)
        {
            _retries.Add(1, tag, new KeyValuePair<string, object?>("reason", exchange.RetryReasons[i]));
        }
        if (exchange.Timing.Fault is not (null or "none"))
        {
            _faults.Add(1, tag, new KeyValuePair<string, object?>("reason", exchange.Timing.Fault));
        }
    }

    // An exemplar is taken from the current activity, and a server that nobody traces makes none.
    private static Activity? Sampled(in ActivityContext trace) => Activity.Current is null && (trace.TraceFlags & ActivityTraceFlags.Recorded) != 0
        ? new Activity("apetest.gateway").SetParentId(trace.TraceId, trace.SpanId, trace.TraceFlags).Start()
        : null;

    /// <summary>Whether somebody listens.</summary>
    internal bool IsEnabled => _requests.Enabled || _target.Enabled || _own.Enabled;

    /// <summary>Counts requests that ended alike.</summary>
    internal void Count(string target, int status, string error, long number) =>
        _requests.Add(number, new TagList { { "target", target }, { "status_class", StatusClass(status) }, { "error_type", error } });

    /// <summary>The times of an exchange of bytes, in which no policy waits.</summary>
    internal void RecordTime(string target, RawExchange exchange)
    {
        var tag = new KeyValuePair<string, object?>("target", target);
        _own.Record(exchange.Gateway.TotalSeconds, tag);
        if (exchange.Status > 0)
        {
            _target.Record(exchange.Target.TotalSeconds, tag);
        }
    }

    private IEnumerable<Measurement<int>> Breakers() => (_policy?.Targets ?? [])
        .Where(static target => target.Resilience?.IsOpen is not null)
        .Select(static target => new Measurement<int>(target.Resilience?.IsOpen == true ? 1 : 0, new KeyValuePair<string, object?>("target", target.Name)));

    private static string StatusClass(int status) => status switch
    {
        >= 100 and < 200 => "1xx",
        >= 200 and < 300 => "2xx",
        >= 300 and < 400 => "3xx",
        >= 400 and < 500 => "4xx",
        >= 500 and < 600 => "5xx",
        _ => "none",
    };
}
