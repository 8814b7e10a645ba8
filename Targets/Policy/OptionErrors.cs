using System.Text;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Targets.Policy;

/// <summary>Collects what is wrong with options.</summary>
/// <param name="written">What the user wrote, by field, where it is not the value itself: an error quotes that, since the value may be a secret.</param>
internal sealed class OptionErrors(IReadOnlyDictionary<string, string>? written)
{
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer", "Keep-Alive", "Expect", "Proxy-Connection",
        "traceparent", "tracestate", "baggage", "X-Trace-Id",
    };

    private readonly List<OptionError> _errors = [];

    public IReadOnlyList<OptionError> All => _errors;

    public void Add(string field, string rule, string fix) => _errors.Add(new OptionError(field, rule, fix));

    /// <summary>Adds where the rule does not hold.</summary>
    public void Check(bool holds, string field, string rule, string fix)
    {
        if (!holds)
        {
            Add(field, rule, fix);
        }
    }

    /// <summary>A value as an error may show it.</summary>
    public string Quoted(string field, string? value) => $"'{Quote.Plain(written?.GetValueOrDefault(field) ?? value ?? "")}'";

    /// <summary>Whether the value came of a variable, so that nothing of it may be quoted.</summary>
    public bool IsWritten(string field) => written?.ContainsKey(field) is true;

    /// <summary>A header of the target: its name is one, is not ours to set, and its value can be sent. The value is never quoted.</summary>
    public void CheckHeader(string nameField, string valueField, string name, string value)
    {
        CheckHeaderName(nameField, name);
        CheckHeaderValue(valueField, value);
    }

    public void CheckHeaderName(string field, string name)
    {
        if (!HttpText.IsToken(name))
        {
            Add(field, $"{Quoted(field, name)} is not a header name", "use letters, digits and '-'");
        }
        else if (Own.Contains(name) || name.StartsWith("X-Ape-", StringComparison.OrdinalIgnoreCase))
        {
            Add(field, $"'{name}' is set by the gateway itself", "remove it");
        }
    }

    public void CheckHeaderValue(string field, string value)
    {
        if (!HttpText.IsFieldValue(value))
        {
            Add(field, "the value holds a line break or a control character", "write it on one line");
        }
        else if (!Ascii.IsValid(value))
        {
            // SocketsHttpHandler refuses to send such a header: every request would fail.
            Add(field, "the value holds a character beyond ASCII", "write it in ASCII");
        }
    }

    /// <summary>Rules of <c>deny</c> and <c>allow</c>, and the route of a fault.</summary>
    public void CheckRule(string field, string rule)
    {
        if (!RequestRule.TryParse(rule, out _))
        {
            Add(field, $"{Quoted(field, rule)} is neither `METHOD /path/glob` nor an operationId", "write \"DELETE /orders/*\" or \"deleteOrder\"");
        }
    }

    public void CheckDuration(string field, TimeSpan value, TimeSpan least, TimeSpan most) => Check(
        value >= least && value <= most, field, $"must be from {Durations.Format(least)} to {Durations.Format(most)}", $"write for example \"{Durations.Format(least > TimeSpan.Zero ? least : most)}\"");

    public void CheckShare(string field, double value) =>
        Check(value is > 0 and <= 1, field, "must be above 0 and at most 1", "write 0.1 for a tenth, 1 for all");
}
