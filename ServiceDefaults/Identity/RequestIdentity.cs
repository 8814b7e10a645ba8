using System.Security.Cryptography;
using System.Text;

namespace ApeTest.ServiceDefaults.Identity;

/// <summary>
/// Whose doing the current work is, as told by the caller's <c>baggage</c> header
/// (<c>ape.run=..,ape.session=..,ape.agent=..,ape.action=..</c>, W3C Baggage). Log lines carry it. Any part may be null.
/// </summary>
public sealed class RequestIdentity
{
    /// <summary>The header that carries it.</summary>
    public const string HeaderName = "baggage";

    // Characters of a part.
    private const int Longest = 128;

    private static readonly AsyncLocal<RequestIdentity?> Ambient = new();

    /// <summary>Run id; one of more than 128 characters is told by its hash, <c>sha256:..</c>.</summary>
    public string? Run { get; init; }

    /// <summary>Session id, <c>{slot}-{n}</c>.</summary>
    public string? Session { get; init; }

    /// <summary>Agent id: the slot.</summary>
    public string? Agent { get; init; }

    /// <summary>Number of the action within its session.</summary>
    public string? Action { get; init; }

    /// <summary>The identity of the request being handled, or what <see cref="Use"/> set; null where there is none.</summary>
    public static RequestIdentity? Current => Ambient.Value;

    /// <summary>Sets <see cref="Current"/> for the caller's asynchronous flow until the result is disposed.</summary>
    public static IDisposable Use(RequestIdentity? identity)
    {
        var before = Ambient.Value;
        Ambient.Value = identity;
        return new Restore(before);
    }

    /// <summary>Reads a <c>baggage</c> header. Members that are not ours are ignored; null if none is ours.</summary>
    public static RequestIdentity? Parse(string? baggage)
    {
        if (baggage is null || !baggage.Contains("ape.", StringComparison.Ordinal))
        {
            return null;
        }

        string? run = null, session = null, agent = null, action = null;
        foreach (var range in baggage.AsSpan().Split(','))
        {
            var member = baggage.AsSpan()[range];
            // Properties after ';' belong to the member, not to its value (W3C Baggage, 3.3.1).
            var semicolon = member.IndexOf(';');
            member = (semicolon < 0 ? member : member[..semicolon]).Trim();
            var equals = member.IndexOf('=');
            if (equals <= 0)
            {
                continue;
            }

            var key = member[..equals].TrimEnd();
            switch (key)
            {
                case "ape.run":
                    run = Bounded(Value(member[(equals + 1)..], int.MaxValue));
                    break;
                case "ape.session":
                    session = Value(member[(equals + 1)..], Longest);
                    break;
                case "ape.agent":
                    agent = Value(member[(equals + 1)..], Longest);
                    break;
                case "ape.action":
                    action = Value(member[(equals + 1)..], Longest);
                    break;
                default:
                    break;
            }
        }

        return run is null && session is null && agent is null && action is null
            ? null
            : new RequestIdentity { Run = run, Session = session, Agent = agent, Action = action };
    }

    /// <summary>The <c>baggage</c> header value; empty if nothing is set.</summary>
    public string ToBaggage()
    {
        var baggage = new StringBuilder();
        Append(baggage, "ape.run", Run);
        Append(baggage, "ape.session", Session);
        Append(baggage, "ape.agent", Agent);
        Append(baggage, "ape.action", Action);
        return baggage.ToString();
    }

    private static string? Value(ReadOnlySpan<char> raw, int longest)
    {
        raw = raw.Trim();
        // Ids of ours are short; what is not is no id of ours and must not fill the logs.
        if (raw.IsEmpty || raw.Length > longest)
        {
            return null;
        }

        return raw.Contains('%') ? Uri.UnescapeDataString(raw) : raw.ToString();
    }

    // A run has budgets, which a caller must not get rid of by a long name.
    private static string? Bounded(string? run) =>
        run is null || run.Length <= Longest ? run : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run)));

    private static void Append(StringBuilder baggage, string key, string? value)
    {
        if (value is not null)
        {
            baggage.Append(baggage.Length > 0 ? "," : null).Append(key).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    private sealed class Restore(RequestIdentity? before) : IDisposable
    {
        public void Dispose()
        {
            Ambient.Value = before;
        }
    }
}
