namespace ApeTest.Targets.Http;

/// <summary>What one request carries through <see cref="PolicyHandler"/>, and what is measured on the way. Of one request, hence one thread at a time.</summary>
public sealed class PolicyCall
{
    // Below it a head and its body came together.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(1);

    private static readonly HttpRequestOptionsKey<PolicyCall> Key = new("ApeTest.PolicyCall");

    private TargetRequest _request;
    private long _responded;
    private long _atTarget;
    private long _attemptStarted;
    private bool _headersWritten;
    private List<string>? _retries;

    /// <summary>A call for <paramref name="request"/> that began at <paramref name="started"/> (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public PolicyCall(in TargetRequest request, long started)
    {
        _request = request;
        Started = started;
    }

    /// <summary>The request; after the handler with what the policy set.</summary>
    public ref TargetRequest Request => ref _request;

    /// <summary>When the adapter took the request.</summary>
    public long Started { get; }

    /// <summary>Whether it is the target's own login call: it needs no login.</summary>
    internal bool IsLogin { get; init; }

    /// <summary>Whether a connection was begun for it.</summary>
    public bool HasMadeConnection { get; private set; }

    /// <summary>Where its bytes are counted, as far as the connection can tell (<see cref="WireStream"/>). Null: nobody asks.</summary>
    internal WireCount? Wire { get; init; }

    /// <summary>Retries so far.</summary>
    public int Retries => _retries?.Count ?? 0;

    /// <summary>Why it was retried, for each retry, bounded: an error type, a status class, or <c>login</c>. Null: it was not.</summary>
    public IReadOnlyList<string>? RetryReasons => _retries;

    /// <summary>Counts a retry.</summary>
    public void CountRetry(string reason) => (_retries ??= []).Add(reason);

    /// <summary>The same, until now; the clock is read only where no response headers came.</summary>
    public TargetTiming Timing(TimeProvider time) => Timing(_responded > 0 && _attemptStarted == 0 ? _responded : time.GetTimestamp(), time);

    /// <summary>
    /// Where the time went until the response headers, or until <paramref name="ended"/> where none came. Target = the sum of all attempts,
    /// each from forward to response headers; gateway = the rest: policy, injected latency, login, waits before retries.
    /// </summary>
    public TargetTiming Timing(long ended, TimeProvider time)
    {
        var until = _responded > 0 ? _responded : ended;
        var total = time.GetElapsedTime(Started, until);
        // An attempt under way when the caller gave up was the target's time.
        var target = time.GetElapsedTime(0, _atTarget + (_attemptStarted > 0 ? ended - _attemptStarted : 0));
        return new TargetTiming(total > target ? total - target : TimeSpan.Zero, target, total, Retries, _request.Fault?.Kind ?? "none") { Revision = _request.Revision };
    }

    /// <summary>
    /// The first bytes go back to the caller. What waited for them since the response headers waited for the target's body: its time, as the rest of the
    /// body is. False where they came together with the headers, and <see cref="Timing(TimeProvider)"/> says what it said.
    /// </summary>
    public bool BodyStarts(TimeProvider time)
    {
        if (_responded == 0 || _attemptStarted > 0 || time.GetTimestamp() is var now && time.GetElapsedTime(_responded, now) < Together)
        {
            return false;
        }
        _atTarget += now - _responded;
        _responded = now;
        return true;
    }

    /// <summary>Hangs the call on the request message.</summary>
    public void Attach(HttpRequestMessage message) => message.Options.Set(Key, this);

    internal static PolicyCall Of(HttpRequestMessage message) =>
        Find(message) ?? throw new InvalidOperationException("A request without a PolicyCall reached the policy handler.");

    internal static PolicyCall? Find(HttpRequestMessage message) => message.Options.TryGetValue(Key, out var call) ? call : null;

    /// <summary>The request's headers are being written to a connection; a second time in one attempt throws <see cref="HiddenRetryException"/>.</summary>
    internal void HeadersWritten()
    {
        if (_headersWritten)
        {
            throw new HiddenRetryException();
        }
        _headersWritten = true;
    }

    internal void MakesConnection() => HasMadeConnection = true;

    internal void AttemptStarts(long now)
    {
        _attemptStarted = now;
        _responded = 0;
        _headersWritten = false;
    }

    internal void AttemptEnds(long now, bool hasResponse)
    {
        _atTarget += now - _attemptStarted;
        _attemptStarted = 0;
        _responded = hasResponse ? now : 0;
    }
}
