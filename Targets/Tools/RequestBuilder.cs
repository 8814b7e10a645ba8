using System.Text;
using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Tools;

/// <summary>Makes a request of an operation and checked arguments.</summary>
internal static class RequestBuilder
{
    /// <summary>The call; null with an error in the form of a schema error where an argument cannot travel in its place.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="targetUrl">URL of the target: what is its own, a token, is not shown to another host that the document names.</param>
    /// <param name="arguments">Checked arguments.</param>
    /// <param name="error">What is wrong; null where nothing is.</param>
    public static TargetCall? Build(OperationSpec operation, Uri targetUrl, JsonElement arguments, out string? error)
    {
        error = null;
        var baseUrl = operation.BaseUrl;
        var isTarget = baseUrl.Authority == targetUrl.Authority;
        var path = operation.Path;
        var query = new StringBuilder();
        var headers = new List<KeyValuePair<string, string>>();
        var cookies = new List<KeyValuePair<string, string>>();
        foreach (var parameter in operation.Parameters)
        {
            if (!arguments.TryGetProperty(parameter.Argument, out var value) || (value.ValueKind == JsonValueKind.Null && !parameter.Required))
            {
                continue;
            }
            switch (parameter.Place)
            {
                case ParameterPlace.Path:
                    var segment = StyleWriter.Path(parameter, value);
                    if (segment.Length == 0 || segment.Contains("%00", StringComparison.Ordinal))
                    {
                        error = $"$.{parameter.Argument}: may not be empty or hold a NUL character, because it stands in the path";
                        return null;
                    }
                    path = path.Replace($"{{{parameter.Name}}}", segment, StringComparison.Ordinal);
                    break;
                case ParameterPlace.Query:
                    StyleWriter.Pairs(query, parameter.Name, parameter.Style, parameter.Explode, value);
                    break;
                case ParameterPlace.Cookie:
                    cookies.Add(new(parameter.Name, Uri.EscapeDataString(parameter.Style == "json" ? value.GetRawText() : StyleWriter.Simple(value))));
                    break;
                case ParameterPlace.Header:
                    headers.Add(new(parameter.Name, StyleWriter.Header(parameter, value)));
                    break;
            }
            if (parameter.Place is ParameterPlace.Header && !(HttpText.IsToken(parameter.Name) && HttpText.IsFieldValue(headers[^1].Value)))
            {
                error = $"$.{parameter.Argument}: holds a line break or a character that may not stand in a header";
                return null;
            }
            if (parameter.Place is ParameterPlace.Cookie && !HttpText.IsToken(parameter.Name))
            {
                error = $"$.{parameter.Argument}: its name cannot be that of a cookie";
                return null;
            }
        }
        if (HasDotSegment(path))
        {
            error = $"$: the arguments put '.' or '..' in the place of a whole part of the path {operation.Path}, which would lead elsewhere";
            return null;
        }
        var target = baseUrl.AbsoluteUri.TrimEnd('/') + path + (query.Length > 0 ? (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query : "");
        if (!Uri.TryCreate(target, UriKind.Absolute, out var url) || url.Authority != baseUrl.Authority)
        {
            error = $"$: the arguments do not make a valid URL for {operation.Path}";
            return null;
        }
        if (BodyWriter.Write(operation, arguments, out error) is not { } body)
        {
            return null;
        }
        return new TargetCall(operation.Method, url)
        {
            Operation = operation.Name,
            Headers = headers,
            Cookies = cookies,
            Body = body.Content,
            ContentType = body.ContentType,
            ShowToken = isTarget && (operation.Security is SecurityKind.Bearer or SecurityKind.Undeclared),
            TokenHeader = isTarget ? operation.Credentials.TokenHeader : null,
            CarryCsrf = isTarget,
            CsrfHeader = operation.Credentials.CsrfHeader,
            Destructive = operation.Destructive,
        };
    }

    /// <summary>Whether a part of the path is <c>.</c> or <c>..</c>, which every URL reader between here and the target would resolve.</summary>
    private static bool HasDotSegment(string path)
    {
        foreach (var segment in path.Split('/', '\\'))
        {
            if (segment is "." or "..")
            {
                return true;
            }
        }
        return false;
    }
}
