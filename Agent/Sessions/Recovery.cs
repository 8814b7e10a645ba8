using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// How a session recovers from what the target says (DESIGN 8): 401, or GraphQL's word for it, -> forget the login and let the brain log in again; 429 and 503 with
/// <c>Retry-After</c> -> wait as told if the brain repeats the call. Only what then worked counts as a recovery.
/// </summary>
internal sealed class Recovery(TimeProvider time)
{
    public const string Reauth = "reauth";
    public const string RetryAfter = "retry_after";
    public const string ModelBackoff = "model_backoff";

    /// <summary>The longest wait that a target may ask for.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, long> _notBefore = new(StringComparer.Ordinal);
    private bool _loginLost;
    private bool _loggedInAgain;

    /// <summary>What a wait holds for: an operation; of a generic verb the path, without its query.</summary>
    public static string WayOf(ToolCall call)
    {
        if (call.Tool.StartsWith("http_", StringComparison.Ordinal) && call.Arguments.ValueKind is JsonValueKind.Object
            && call.Arguments.TryGetProperty("path", out var path) && path.ValueKind is JsonValueKind.String)
        {
            var text = path.GetString()!;
            return $"{call.Tool} {(text.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? text[..query] : text)}";
        }
        return call.Tool;
    }

    /// <summary>How long to wait before <paramref name="way"/> may be taken again; zero for no wait.</summary>
    public TimeSpan WaitBefore(string way)
    {
        if (!_notBefore.TryGetValue(way, out var until))
        {
            return TimeSpan.Zero;
        }
        var left = time.GetElapsedTime(time.GetTimestamp(), until);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Takes an action's result; returns what the brain is told, and in <paramref name="recovered"/> what worked again, if anything.</summary>
    public string Observe(string way, ActionResult result, SessionState state, bool hadLogin, bool gotLogin, out string? recovered)
    {
        recovered = null;
        if (result.Status is 429 or 503 && result.Exchange?.Header("Retry-After") is { } asked && Delay(asked, MaxWait, time) is { } delay)
        {
            _notBefore[way] = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
            return result.Observation;
        }
        if (_notBefore.Remove(way) && result.Outcome is ActionOutcome.Ok)
        {
            recovered = RetryAfter;
        }
        if (hadLogin && (result.Status == 401 || result.ErrorType == TargetErrors.GraphQlUnauthenticated))
        {
            state.BearerToken = null;
            (_loginLost, _loggedInAgain) = (true, false);
            return WithNote(result.Observation, "The login is no longer valid and was dropped: log in again, then go on.");
        }
        if (_loginLost && result.Outcome is ActionOutcome.Ok)
        {
            if (gotLogin)
            {
                _loggedInAgain = true;
            }
            else if (_loggedInAgain)
            {
                (_loginLost, _loggedInAgain) = (false, false);
                recovered = Reauth;
            }
        }
        return result.Observation;
    }

    /// <summary>How long a <c>Retry-After</c> asks to wait (RFC 9110, section 10.2.3): seconds or a date; null where it is neither.</summary>
    /// <param name="value">The header's value.</param>
    /// <param name="most">Longest wait; a longer one becomes this.</param>
    /// <param name="time">Clock that a date is compared with.</param>
    public static TimeSpan? Delay(string value, TimeSpan most, TimeProvider time)
    {
        TimeSpan delay;
        // Decimal: what is no number (NaN) is none to it.
        if (decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            delay = TimeSpan.FromSeconds((double)Math.Min(seconds, (decimal)most.TotalSeconds));
        }
        else if (DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            delay = date - time.GetUtcNow();
        }
        else
        {
            return null;
        }
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay > most ? most : delay;
    }

    private static string WithNote(string observation, string note)
    {
        try
        {
            if (JsonNode.Parse(observation) is JsonObject json)
            {
                json["note"] = json["note"] is { } earlier ? $"{earlier}; {note}" : note;
                return json.ToJsonString();
            }
        }
        catch (JsonException)
        {
        }
        return observation;
    }
}
