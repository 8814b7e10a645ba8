using ApeTest.Targets.Http;

namespace ApeTest.Targets.Resilience;

/// <summary>One request on its way through <see cref="TargetResilience"/>. Of one thread at a time.</summary>
/// <param name="message">What is sent.</param>
/// <param name="call">Its call.</param>
/// <param name="attempt">Sends it once.</param>
internal sealed class Sending(HttpRequestMessage message, PolicyCall call, Attempt attempt)
{
    private bool _wasSent;

    /// <summary>The request.</summary>
    public HttpRequestMessage Message => message;

    /// <summary>Whether it may go again after the target got it.</summary>
    public bool CanResend { get; init; }

    /// <summary>Whether it may go again where no connection was made.</summary>
    public bool CanReconnect { get; init; }

    /// <summary>Whether the time limit of an attempt holds: not for a body that streams from its sender, which takes what it takes.</summary>
    public bool IsLimited { get; init; }

    /// <summary>Why the next attempt is made.</summary>
    public string? Reason { get; set; }

    /// <summary>Sends it once more; only here, where it leaves, is a retry counted.</summary>
    public Task<HttpResponseMessage> AttemptAsync(CancellationToken cancellationToken)
    {
        if (_wasSent)
        {
            call.CountRetry(Reason!);
        }
        _wasSent = true;
        return attempt(message, call, cancellationToken);
    }
}
