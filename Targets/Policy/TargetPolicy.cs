using System.Collections.Frozen;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;

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
        if (!_targets.TryGetValue(request.Target, out var target))
        {
            return Deny($"target '{request.Target}' is not known; known: {string.Join(", ", _targets.Keys.Order(StringComparer.Ordinal))}");
        }
        if (request.Url.Scheme is not ("http" or "https"))
        {
            return Deny($"scheme '{request.Url.Scheme}' is not allowed: only http and https");
        }
        request.Entry = target;
        var own = target.IsOwn(request.Url);
        if (!own && HostRule.HostOf(request.Url) is var host && !target.IsHostAllowed(host, request.Url.Port))
        {
            return Deny($"host {host}:{request.Url.Port} is not on the allow-list of target '{target.Name}'; to allow it, add \"{host}:{request.Url.Port}\" to `hosts`");
        }
        if (request.Body.Length > BodyBytes)
        {
            return Verdict.Deny(413, TargetErrors.Denied, $"the request body of {request.Body.Length} bytes is over the limit of {BodyBytes} (`limits.bodyBytes`)");
        }
        var method = request.Method.Method;
        if (method is "TRACE" or "CONNECT")
        {
            return Verdict.Deny(405, TargetErrors.Denied, $"{method} is not forwarded: its answer would show the target's credentials, or open a tunnel");
        }
        if (!RequestPath.TryRead(request.Url.AbsolutePath, out var path))
        {
            return Verdict.Deny(400, TargetErrors.Denied, "the path holds a hidden dot segment: write it without `.` and `..`");
        }
        if ((Refusal(target, in request, method, path) ?? OverrideRefusal(target, in request, path)) is { } refusal)
        {
            return Deny(refusal);
        }
        if (!_requests.TryTake(_budget))
        {
            return Verdict.Deny(429, TargetErrors.Budget, $"the request budget of {_budget} (`limits.requestBudget`) is exhausted");
        }
        if (own)
        {
            request.PolicyHeaders = HeadersFor(target, in request);
            request.PolicyQuery = target.AuthQuery;
        }
        request.Revision = _revision;
        request.Fault = _faults.Pick(in request);
        return Verdict.Allow;
    }

    /// <summary>Counts the exchange. Call once for every prepared request, refused ones included.</summary>
    public void Complete(in TargetExchange exchange) => _metrics?.Record(in exchange);

    /// <summary>Why the target's rules refuse the method on the path; null where they let it pass.</summary>
    private static string? Refusal(TargetEntry target, in TargetRequest request, string method, string path)
    {
        if (target.IsDenied(method, path, request.Operation))
        {
            return $"{method} {request.Url.AbsolutePath} is denied by a rule in `deny` of target '{target.Name}'";
        }
        return !target.IsLoopback
            && (request.Destructive || method.Equals("DELETE", StringComparison.OrdinalIgnoreCase))
            && !target.IsAllowed(method, path, request.Operation)
                ? $"{method} {request.Url.AbsolutePath} is destructive and target '{target.Name}' is not on this machine; to allow it, add "
                    + $"\"{request.Operation ?? $"{method} {request.Url.AbsolutePath}"}\" to `allow` of the target"
                : null;
    }

    /// <summary>The same for the methods that headers ask for in its place.</summary>
    private static string? OverrideRefusal(TargetEntry target, in TargetRequest request, string path)
    {
        var refusal = request.OverriddenMethod is { } asked ? AnyRefusal(target, in request, asked, path) : null;
        if (refusal is null && request.Headers is { } headers)
        {
            foreach (var header in headers)
            {
                if (MethodOverride.IsHeader(header.Key) && (refusal = AnyRefusal(target, in request, header.Value, path)) is not null)
                {
                    break;
                }
            }
        }
        return refusal;
    }

    private static string? AnyRefusal(TargetEntry target, in TargetRequest request, string methods, string path)
    {
        foreach (var method in methods.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Refusal(target, in request, method, path) is { } refusal)
            {
                return refusal;
            }
        }
        return null;
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

    private static Verdict Deny(string detail) => Verdict.Deny(403, TargetErrors.Denied, detail);
}
