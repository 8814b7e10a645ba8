using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Success;

/// <summary>Rules of success conditions, the same for <c>--success</c> and for the mapping form. Each gives null where the text is right.</summary>
internal static class SuccessRules
{
    public const int MaxOperationLength = 128;
    private static readonly string[] ReadMethods = ["GET", "HEAD"];

    public static TextError? Operation(string text)
    {
        if (text.Length == 0)
        {
            return new TextError(0, "the operation is missing", "Name an operationId of the target, for example `checkout=201`.");
        }
        var bad = text.AsSpan().IndexOfAny(" \t\r\n{}=;,\"'");
        return bad < 0 && text.Length <= MaxOperationLength
            ? null
            : new TextError(Math.Max(0, bad), $"{Quote.Text(text)} is not the name of an operation",
                "Name an operationId of the target, for example `checkout`; write an independent read as `GET /orders/{{orderId}}`.");
    }

    public static TextError? Read(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var method = space < 0 ? "" : text[..space];
        var path = space < 0 ? "" : text[(space + 1)..].Trim();
        if (!ReadMethods.Contains(method, StringComparer.Ordinal))
        {
            return new TextError(0, $"{Quote.Text(text)} is not a read", "Write `GET /path` or `HEAD /path`, for example `GET /orders/{{orderId}}`.");
        }
        if (path.Length == 0 || path[0] != '/' || path.StartsWith("//", StringComparison.Ordinal) || path.AsSpan().IndexOfAny(" \t\r\n#\\") >= 0)
        {
            return new TextError(space + 1, $"{Quote.Text(path)} is not a path of the target", "Start it with one `/`, for example `GET /orders/{{orderId}}`.");
        }
        return Template.TryParse(path, out _, out var error) ? null : error with { Position = error.Position + space + 1 };
    }

    public static TextError? Status(int status) => status is >= 100 and <= 599
        ? null
        : new TextError(0, $"must be an HTTP status from 100 to 599 (got {status})", "Use for example 200 or 201.");

    public static TextError? CaptureName(string name) =>
        name.Length is > 0 and <= 64 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? null
            : new TextError(0, $"{Quote.Text(name)} is not a name for a captured value", "Use letters, digits and `_`, for example `orderId`.");

    public static TextError? JsonPath(string path)
    {
        if (path.Length == 0 || path[0] != '$' || (path.Length > 1 && path[1] is not ('.' or '[')))
        {
            return new TextError(0, $"{Quote.Text(path)} is not a JSON path", "Start it with `$`, for example `$.id` or `$.items[0].id`.");
        }
        return path[^1] == '.'
            ? new TextError(path.Length - 1, $"{Quote.Text(path)} is not a JSON path: no name follows its last `.`", "Write for example `$.id` or `$.items[0].id`.")
            : MarkupPath.IsBalanced(path)
                ? null
                : new TextError(0, $"{Quote.Text(path)} is not a JSON path: a bracket or quote is not closed", "Write for example `$.items[0].id` or `$['order id']`.");
    }

    public static TextError? HeaderName(string name) =>
        name.Length is > 0 and <= 128 && name.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
            ? null
            : new TextError(0, $"{Quote.Text(name)} is not the name of a header", "Use for example `Location`.");
}
