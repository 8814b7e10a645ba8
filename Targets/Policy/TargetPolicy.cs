using System.Collections.Frozen;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Policy;

/// <summary>
/// The gateway's behaviour as plain code: allow-list, deny rules, destructive defaults, target headers, trace context, request budget.
/// Used by <see cref="PolicyHandler"/> in front of <c>SocketsHttpHandler</c> (in process and under YARP's forwarder) and by the
/// engine's own transport. Thread-safe.
/// </summary>
public sealed class TargetPolicy
{
    private readonly FrozenDictionary<string, TargetEntry> _targets;
    private readonly TargetMetrics? _metrics;
    private readonly long? _budget;
    private readonly RequestCounter _requests;
    private volatile FaultPlan _faults;
    private volatile int _revision;

    /// <summary>Creates the policy. Invalid options throw <see cref="ApeTestException"/> with every error.</summary>
    /// <param name="file">Targets and limits.</param>
    /// <param name="metrics">Where requests are counted; null: nowhere.</param>
    /// <param name="time">Clock. Default the system's.</param>
    /// <param name="previous">The policy that this one replaces: its count of requests goes on, and a target whose options did not change keeps its state (login, breaker).</param>
    /// <param name="faults">Faults in force; null: the file's.</param>
    public TargetPolicy(GatewayFile file, TargetMetrics? metrics = null, TimeProvider? time = null, TargetPolicy? previous = null, FaultPlan? faults = null)
    {
        var errors = TargetOptionsValidator.Validate(file);
        if (errors.Count > 0)
        {
            throw new ApeTestException(string.Join(Environment.NewLine, errors), "Correct the fields named above.", ExitCodes.Input);
        }
        _requests = previous?._requests ?? new RequestCounter();
        _revision = (previous?._revision ?? 0) + 1;
        _faults = faults ?? (file.Faults.Count == 0 ? FaultPlan.None : new FaultPlan([.. file.Faults]));
        _targets = file.Targets.ToFrozenDictionary(
            static target => target.Name,
            target => previous?.Find(target.Name) is { } known && known.IsOf(target) ? known : new TargetEntry(target, time ?? TimeProvider.System),
            StringComparer.Ordinal);
        _budget = file.Limits.RequestBudget;
        _metrics = metrics;
        BodyBytes = file.Limits.BodyBytes;
        metrics?.Watch(this);
    }

    /// <summary>The policy of a scenario's only target.</summary>
    public TargetPolicy(TargetSpec target, TargetMetrics? metrics = null)
        : this(new GatewayFile { Targets = [TargetOptions.From(target)] }, metrics)
    {
    }

    /// <summary>The targets.</summary>
    public IReadOnlyCollection<TargetEntry> Targets => _targets.Values;

    /// <summary>Most bytes of a request body.</summary>
    public long BodyBytes { get; }

    /// <summary>Requests judged and let through so far.</summary>
    public long Requests => _requests.Value;

    /// <summary>The faults in force.</summary>
    public FaultPlan Faults => _faults;

    /// <summary>1 at the start; one more for each policy that replaced another and for each switch of the faults.</summary>
    public int Revision => _revision;

    /// <summary>Puts other faults in force, for requests that begin from now on. One caller at a time.</summary>
    public void SwitchFaults(FaultPlan faults)
    {
        _faults = faults;
        _revision++;
    }

    /// <summary>The target of that name; null for none.</summary>
    public TargetEntry? Find(string name) => _targets.GetValueOrDefault(name);

    /// <summary>Judges the request and sets what travels with it.</summary>
    public Verdict Prepare(ref TargetRequest request)
    {
        // A refused request is traced too: its problem document carries the id.
        if (!TraceHeaders.IsValid(request.Trace))
        {
            request.Trace = TraceHeaders.Child(request.Trace);
        }
        if (JudgeServer(request.Target, request.Url, out var target, out var own) is { Allowed: false } unreachable)
        {
            request.Entry = target;
            return unreachable;
        }
        request.Entry = target;
        var method = request.Method.Method;
        var call = new RuledCall(target!, request.Url.AbsolutePath, request.Operation, request.Destructive);
        if (JudgeBody(request.Body.Length) is { Allowed: false } large)
        {
            return large;
        }
        if (JudgeMethod(method) is { Allowed: false } unforwarded)
        {
            return unforwarded;
        }
        if (!RequestPath.TryRead(request.Url.AbsolutePath, out var path))
        {
            return HiddenSegment;
        }
        if ((call.Refusal(method, path) ?? OverrideRefusal(in call, in request, path)) is { } refusal)
        {
            return Deny(refusal);
        }
        if (Take() is { Allowed: false } exhausted)
        {
            return exhausted;
        }
        if (own)
        {
            request.PolicyHeaders = HeadersFor(target!, in request);
            request.PolicyQuery = target!.AuthQuery;
        }
        request.Revision = _revision;
        request.Fault = _faults.Pick(in request);
        return Verdict.Allow;
    }

    /// <summary>Judges a request of a compiled step, as <see cref="Prepare(ref TargetRequest)"/> does; what is constant of it was judged with the route.</summary>
    internal Verdict Prepare(RawRoute route, RawRequest request)
    {
        if (!route.Reach.Allowed)
        {
            return route.Reach;
        }
        if (JudgeBody(request.Body.Length) is { Allowed: false } large)
        {
            return large;
        }
        if (!route.Forwarding.Allowed)
        {
            return route.Forwarding;
        }
        return route.Judge(request) is { Allowed: false } refused ? refused : Take();
    }

    /// <summary>Whether the target is known and may be reached there; its entry, and whether the URL is its own.</summary>
    internal Verdict JudgeServer(string name, Uri url, out TargetEntry? target, out bool own)
    {
        own = false;
        if (!_targets.TryGetValue(name, out target))
        {
            return Deny($"target '{name}' is not known; known: {string.Join(", ", _targets.Keys.Order(StringComparer.Ordinal))}");
        }
        if (url.Scheme is not ("http" or "https"))
        {
            var scheme = url.Scheme;
            target = null;
            return Deny($"scheme '{scheme}' is not allowed: only http and https");
        }
        own = target.IsOwn(url);
        return !own && HostRule.HostOf(url) is var host && !target.IsHostAllowed(host, url.Port)
            ? Deny($"host {host}:{url.Port} is not on the allow-list of target '{target.Name}'; to allow it, add \"{host}:{url.Port}\" to `hosts`")
            : Verdict.Allow;
    }

    /// <summary>Whether the method may be forwarded at all.</summary>
    internal static Verdict JudgeMethod(string method) => method is "TRACE" or "CONNECT"
        ? Verdict.Deny(405, TargetErrors.Denied, $"{method} is not forwarded: its answer would show the target's credentials, or open a tunnel")
        : Verdict.Allow;

    /// <summary>Counts the exchange. Call once for every prepared request, refused ones included.</summary>
    public void Complete(in TargetExchange exchange) => _metrics?.Record(in exchange);

    /// <summary>Where requests are counted; null: nowhere.</summary>
    internal TargetMetrics? Metrics => _metrics;

    /// <summary>Refused: the path climbs.</summary>
    internal static Verdict HiddenSegment { get; } =
        Verdict.Deny(400, TargetErrors.Denied, "the path holds a hidden dot segment: write it without `.` and `..`");

    internal static Verdict Deny(string detail) => Verdict.Deny(403, TargetErrors.Denied, detail);

    private Verdict JudgeBody(long length) => length > BodyBytes
        ? Verdict.Deny(413, TargetErrors.Denied, $"the request body of {length} bytes is over the limit of {BodyBytes} (`limits.bodyBytes`)")
        : Verdict.Allow;

    private Verdict Take() => _requests.TryTake(_budget)
        ? Verdict.Allow
        : Verdict.Deny(429, TargetErrors.Budget, $"the request budget of {_budget} (`limits.requestBudget`) is exhausted");

    /// <summary>Why the rules refuse a method that headers ask for in place of the request line's.</summary>
    private static string? OverrideRefusal(in RuledCall call, in TargetRequest request, string path)
    {
        var refusal = request.OverriddenMethod is { } asked ? call.AnyRefusal(asked, path) : null;
        if (refusal is null && request.Headers is { } headers)
        {
            foreach (var header in headers)
            {
                if (MethodOverride.IsHeader(header.Key) && (refusal = call.AnyRefusal(header.Value, path)) is not null)
                {
                    break;
                }
            }
        }
        return refusal;
    }

    /// <summary>The target's own list where the request has none of its names: nothing is allocated then.</summary>
    private static List<KeyValuePair<string, string>>? HeadersFor(TargetEntry target, in TargetRequest request)
    {
        if (target.Headers.Count == 0)
        {
            return null;
        }
        if (request.Headers is not { Count: > 0 } && !request.HasAuthorization)
        {
            return target.Headers;
        }
        List<KeyValuePair<string, string>>? headers = null;
        foreach (var header in target.Headers)
        {
            if (target.Overrides(header.Key)
                || (!(request.HasAuthorization && header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)) && !Has(request.Headers, header.Key)))
            {
                (headers ??= []).Add(header);
            }
        }
        return headers;
    }

    private static bool Has(List<KeyValuePair<string, string>>? headers, string name)
    {
        foreach (var header in headers ?? [])
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
