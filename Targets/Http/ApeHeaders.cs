using System.Globalization;
using System.Net.Http.Headers;

namespace ApeTest.Targets.Http;

/// <summary>Headers between agent and gateway (DESIGN 14.1). None of them reaches a target.</summary>
public static class ApeHeaders
{
    /// <summary>What every header of ours begins with; all are stripped before the target and from its responses.</summary>
    public const string Prefix = "X-Ape-";

    /// <summary>Service token.</summary>
    public const string Token = "X-Ape-Token";

    /// <summary>Response: <c>gateway=0.00041,target=0.01234,retries=0,fault=none,revision=1</c>, seconds.</summary>
    public const string Timing = "X-Ape-Timing";

    /// <summary>Response: the gateway's own problem document; value of <see cref="TargetErrors"/> that says why.</summary>
    public const string Error = "X-Ape-Error";

    /// <summary>Request: tool (operationId) that makes it, so that rules by operation hold in a remote gateway too.</summary>
    public const string Operation = "X-Ape-Operation";

    /// <summary>Request: <c>true</c> for an operation marked <c>x-ape-destructive</c>.</summary>
    public const string Destructive = "X-Ape-Destructive";

    /// <summary>
    /// Request: origin (<c>http://host:port</c>) that the path belongs to. Without it the path is appended to the target's URL. The
    /// gateway's allow-list judges it.
    /// </summary>
    public const string Origin = "X-Ape-Origin";

    /// <summary>
    /// Request: the path as a log may show it, where the real one holds a secret of the session: <c>/cards/{{user.card}}</c>.
    /// </summary>
    public const string ShownPath = "X-Ape-Shown-Path";

    /// <summary>Trace id, sent to the target and back to the client.</summary>
    public const string TraceId = "X-Trace-Id";

    /// <summary>Formats the value of <see cref="Timing"/>; target = forward to response headers, or to the first bytes of a body that comes later. Rounded to microseconds.</summary>
    public static string FormatTiming(in TargetTiming timing)
    {
        // Whole numbers: custom formats of doubles cost more than the rest of the header's way.
        var (gateway, target) = (Microseconds(timing.Gateway), Microseconds(timing.Target));
        return string.Create(
            CultureInfo.InvariantCulture,
            stackalloc char[128],
            $"gateway={gateway / 1_000_000}.{gateway % 1_000_000:D6},target={target / 1_000_000}.{target % 1_000_000:D6},retries={timing.Retries},fault={timing.Fault ?? "none"},revision={timing.Revision}");
    }

    /// <summary>Removes all headers of ours.</summary>
    public static void Strip(HttpHeaders headers)
    {
        List<string>? own = null;
        foreach (var header in headers.NonValidated)
        {
            if (header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                (own ??= []).Add(header.Key);
            }
        }
        if (own is not null)
        {
            foreach (var name in own)
            {
                headers.Remove(name);
            }
        }
    }

    /// <summary>Reads the value of <see cref="Timing"/>. False where it is absent or malformed.</summary>
    public static bool TryParseTiming(string? value, out TargetTiming timing)
    {
        timing = default;
        if (value is null)
        {
            return false;
        }
        double? gateway = null, target = null;
        var retries = 0;
        var revision = 0;
        var fault = "none";
        foreach (var range in value.AsSpan().Split(','))
        {
            var field = value.AsSpan()[range].Trim();
            var equals = field.IndexOf('=');
            if (equals < 0)
            {
                continue;
            }
            var text = field[(equals + 1)..];
            switch (field[..equals])
            {
                case "gateway":
                    gateway = Seconds(text);
                    break;
                case "target":
                    target = Seconds(text);
                    break;
                case "retries":
                    _ = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out retries);
                    break;
                case "revision":
                    _ = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out revision);
                    break;
                case "fault":
                    fault = text.ToString();
                    break;
            }
        }
        if (gateway is not { } own || target is not { } forward)
        {
            return false;
        }
        timing = new TargetTiming(TimeSpan.FromSeconds(own), TimeSpan.FromSeconds(forward), TimeSpan.Zero, retries, fault) { Revision = revision };
        return true;
    }

    private static long Microseconds(TimeSpan time) => (time.Ticks + TimeSpan.TicksPerMicrosecond / 2) / TimeSpan.TicksPerMicrosecond;

    private static double? Seconds(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86_400 ? seconds : null;
}
