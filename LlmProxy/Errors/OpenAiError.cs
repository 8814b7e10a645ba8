using System.Text.Json;

namespace ApeTest.LlmProxy.Errors;

/// <summary>An error in OpenAI's shape: <c>{"error":{"message","type","param","code"}}</c>, with the status that goes with it.</summary>
internal sealed record OpenAiError(int Status, string Type, string? Code, string Message, string? Param = null)
{
    /// <summary>Seconds for <c>retry-after</c>; null for none.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Further response headers; null for none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }

    public static OpenAiError Invalid(string code, string message, string? param = null) =>
        new(StatusCodes.Status400BadRequest, "invalid_request_error", code, message, param);

    public static OpenAiError NotFound(string code, string message, string? param = null) =>
        new(StatusCodes.Status404NotFound, "invalid_request_error", code, message, param);

    public static OpenAiError Overloaded(string code, string message) =>
        new(StatusCodes.Status503ServiceUnavailable, "overloaded_error", code, message) { RetryAfter = 1 };

    public static OpenAiError Upstream(int status, string code, string message) => new(status, "upstream_error", code, message);

    public byte[] ToJson()
    {
        using var stream = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("message", Message);
            json.WriteString("type", Type);
            json.WriteString("param", Param);
            json.WriteString("code", Code);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json";
        if (RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        foreach (var (name, value) in Headers ?? [])
        {
            context.Response.Headers[name] = value;
        }

        if (Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        var body = ToJson();
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
