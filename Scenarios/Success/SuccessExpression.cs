using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Success;

/// <summary>
/// Reads success conditions as one text, for <c>--success</c> and for a scalar <c>success:</c> in the scenario. Clauses are separated by
/// <c>;</c> or <c>,</c> and all must hold: <c>checkout=201</c> (that operation answered 201), <c>checkout</c> (any 2xx),
/// <c>checkout=201{orderId=$.id}</c> (and a value is captured; <c>header:Location</c> takes a header), <c>GET /orders/{{orderId}}=200</c> (an
/// independent read). A status may be <c>2xx</c> or several: <c>pay=200|202</c>. What else a condition can say has no short form.
/// </summary>
public static class SuccessExpression
{
    private const string Example = "checkout=201{orderId=$.id}; GET /orders/{{orderId}}=200";

    /// <summary>Reads an expression. Throws <see cref="ApeTestException"/> (exit 2) that says what is wrong and where.</summary>
    public static ImmutableArray<SuccessCondition> Parse(string text) => TryParse(text, out var conditions, out var error)
        ? conditions
        : throw new ApeTestException($"success {Quote.Text(text)}: {error.Message} (at character {error.Position + 1}).",
            error.Suggestion ?? $"Write for example `{Example}`.", ExitCodes.Input);

    /// <summary>Reads an expression; false with what is wrong and where.</summary>
    public static bool TryParse(string text, out ImmutableArray<SuccessCondition> conditions, out TextError error)
    {
        conditions = [];
        var result = ImmutableArray.CreateBuilder<SuccessCondition>();
        var start = 0;
        var depth = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            var separator = i == text.Length || (depth == 0 && text[i] is (';' or ','));
            if (!separator)
            {
                depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
                if (depth < 0)
                {
                    error = new TextError(i, "`}` has no `{`", $"Write for example `{Example}`.");
                    return false;
                }
                continue;
            }
            if (depth > 0)
            {
                error = new TextError(text.IndexOf('{', start), "`{` has no `}`", $"Write for example `{Example}`.");
                return false;
            }
            var clause = text[start..i];
            var offset = start + clause.Length - clause.TrimStart().Length;
            if (Clause(clause.Trim(), out error) is not { } condition)
            {
                error = error with { Position = error.Position + offset };
                return false;
            }
            result.Add(condition);
            start = i + 1;
        }
        conditions = result.ToImmutable();
        error = default;
        return true;
    }

    private static SuccessCondition? Clause(string text, out TextError error)
    {
        var capture = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var head = text;
        // A capture ends with one brace; {{orderId}} at the end of a path ends with two.
        if (text.EndsWith('}') && !text.EndsWith("}}", StringComparison.Ordinal))
        {
            var open = text.LastIndexOf('{');
            if (Capture(text[(open + 1)..^1], capture) is { } captureError)
            {
                error = captureError with { Position = captureError.Position + open + 1 };
                return null;
            }
            head = text[..open].TrimEnd();
        }

        // A method and a path; the blank of `checkout = 201` is none of it.
        var blank = head.IndexOf(' ', StringComparison.Ordinal);
        var isRead = head.StartsWith('/') || (blank > 0 && head.AsSpan(blank).TrimStart() is not ['=', ..]);
        var status = Status(ref head, isRead, out error);
        if (error.Message is not null)
        {
            return null;
        }
        if ((isRead ? SuccessRules.Read(head) : SuccessRules.Operation(head)) is { } headError)
        {
            error = headError;
            return null;
        }
        var one = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return new SuccessCondition
        {
            Operation = isRead ? null : head,
            Read = isRead ? head : null,
            Status = one ? number : null,
            Statuses = one ? null : status,
            Capture = capture.ToImmutable(),
        };
    }

    private static string? Status(ref string head, bool isRead, out TextError error)
    {
        error = default;
        var equals = head.LastIndexOf('=');
        if (equals < 0)
        {
            return null;
        }
        var value = head[(equals + 1)..].Trim();
        var isStatus = StatusSet.TryParse(value, out _, out error);
        // GET /orders?id=7 has no status, but checkout=ok means one that is wrong.
        if (isRead && (!isStatus || value.Length < 3) && head.LastIndexOf('?') is >= 0 and var query && query < equals)
        {
            error = default;
            return null;
        }
        // GET /orders?id=200 may mean either: the order 200, or any answer 200 to a parameter without value.
        if (isRead && isStatus && head.LastIndexOfAny(['?', '&'], equals) is >= 0 and var parameter && !head.AsSpan(parameter, equals - parameter).Contains('='))
        {
            error = new TextError(equals, $"`={value}` may be a value of the query or the status", $"Write `{head}=200` where {value} is a value, or `{head[..equals]}==200` where it is the status.");
            return null;
        }
        error = isStatus ? default : error with { Position = equals + 1, Suggestion = "Write for example `checkout=201`, or only `checkout` for any 2xx." };
        head = head[..equals].TrimEnd();
        return value;
    }

    private static TextError? Capture(string text, ImmutableSortedDictionary<string, string>.Builder capture)
    {
        var position = 0;
        foreach (var part in text.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return new TextError(position, $"{Quote.Text(part.Trim())} does not capture a value", "Write `{name=$.path}`, for example `{orderId=$.id}`.");
            }
            var name = part[..equals].Trim();
            var path = part[(equals + 1)..].Trim();
            if (SuccessRules.CaptureName(name) is { } wrong)
            {
                return wrong with { Position = position };
            }
            if (!CaptureSource.TryParseOfGoal(path, out _, out var error))
            {
                return error with { Position = position };
            }
            if (!capture.TryAdd(name, path))
            {
                return new TextError(position, $"`{name}` is captured twice", null);
            }
            position += part.Length + 1;
        }
        return null;
    }
}
