using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Sessions.Csrf;

namespace ApeTest.Targets.Tools;

/// <summary>Gives an operation that declares a value against forgery as a parameter or field (<c>X-CSRF-Token</c>, <c>csrf_token</c>) the session's own.</summary>
internal static class CsrfArgument
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    /// <summary>The arguments with it; the same element where the operation has no such argument, the call gives it, or the session has no value.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="targetUrl">URL of the target: another host is shown no value of it.</param>
    /// <param name="arguments">Arguments of the call; not checked yet.</param>
    /// <param name="state">The session.</param>
    /// <param name="carried">What was added and where it is from; null for nothing.</param>
    public static JsonElement Fill(OperationSpec operation, Uri targetUrl, JsonElement arguments, SessionState state, out Dictionary<string, string>? carried)
    {
        carried = null;
        if ((state.Csrf is null && state.Cookies.Count == 0) || arguments.ValueKind != JsonValueKind.Object || ArgumentCheck.Unreadable(arguments) is not null || operation.BaseUrl.Authority != targetUrl.Authority
            || Argument(operation) is not { } name || arguments.TryGetProperty(name, out _) || CsrfState.For(state, operation.BaseUrl).FirstOrDefault() is not { } token)
        {
            return arguments;
        }
        carried = new(StringComparer.Ordinal) { [$"argument:{name}"] = RedactedText.From(token.Source) };
        // Put before the rest as it is: what a brain wrote is not read before it was checked.
        var rest = arguments.GetRawText().AsSpan().TrimStart()[1..].TrimStart();
        using var filled = JsonDocument.Parse($"{{{JsonSerializer.Serialize(name)}:{JsonSerializer.Serialize(token.Value)}{(rest is ['}'] ? "" : ",")}{rest}", Deep);
        return filled.RootElement.Clone();
    }

    private static string? Argument(OperationSpec operation)
    {
        foreach (var parameter in operation.Parameters)
        {
            if (parameter.Place is not ParameterPlace.Path && CsrfNames.IsField(parameter.Name))
            {
                return parameter.Argument;
            }
        }
        foreach (var name in operation.Body?.Flattened ?? [])
        {
            if (CsrfNames.IsField(name))
            {
                return name;
            }
        }
        return null;
    }
}
