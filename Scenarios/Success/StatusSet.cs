using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Success;

/// <summary>HTTP statuses as written for a condition: <c>201</c>, <c>2xx</c>, <c>200|404</c>. Immutable.</summary>
public sealed class StatusSet
{
    /// <summary>Any 2xx: what holds where a condition says nothing.</summary>
    public static readonly StatusSet Ok = new("2xx", [(200, 299)]);

    private readonly ImmutableArray<(int From, int To)> _ranges;

    private StatusSet(string text, ImmutableArray<(int From, int To)> ranges)
    {
        Text = text;
        _ranges = ranges;
    }

    /// <summary>As a person writes it.</summary>
    public string Text { get; }

    /// <summary>Statuses of a condition; a malformed text throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static StatusSet Of(Model.SuccessCondition condition) =>
        condition.Status is { } one ? new StatusSet(one.ToString(CultureInfo.InvariantCulture), [(one, one)])
        : condition.Statuses is not { } several ? Ok
        : TryParse(several, out var set, out var error) ? set
        : throw new ApeTestException($"status {Quote.Text(several)}: {error.Message}.", error.Suggestion, ExitCodes.Input);

    /// <summary>Reads statuses separated by <c>|</c>; false with what is wrong.</summary>
    /// <param name="text">The text.</param>
    /// <param name="set">The statuses, when true is returned.</param>
    /// <param name="error">What is wrong, when false is returned.</param>
    /// <param name="allowNone">Whether <c>0</c>, no answer, is one.</param>
    public static bool TryParse(string text, out StatusSet set, out TextError error, bool allowNone = false)
    {
        var ranges = ImmutableArray.CreateBuilder<(int From, int To)>();
        set = Ok;
        foreach (var part in text.Split('|', StringSplitOptions.TrimEntries))
        {
            if (part.Length == 3 && part[0] is >= '1' and <= '5' && part.AsSpan(1) is "xx" or "XX")
            {
                var from = (part[0] - '0') * 100;
                ranges.Add((from, from + 99));
            }
            else if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                if (!(allowNone && status == 0) && SuccessRules.Status(status) is { } wrong)
                {
                    error = wrong;
                    return false;
                }
                ranges.Add((status, status));
            }
            else
            {
                error = new TextError(0, $"{Quote.Text(part)} is not an HTTP status", "Write for example `201`, `2xx` or `200|404`.");
                return false;
            }
        }
        set = new StatusSet(text, ranges.ToImmutable());
        error = default;
        return true;
    }

    /// <summary>Whether a status is one of them.</summary>
    public bool Contains(int status)
    {
        foreach (var (from, to) in _ranges)
        {
            if (status >= from && status <= to)
            {
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
