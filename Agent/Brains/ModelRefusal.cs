using System.ClientModel;
using System.Text.Json;

namespace ApeTest.Agent.Brains;

/// <summary>Reads a refusal of the proxy: an HTTP answer that is an error, or an error object inside a stream.</summary>
internal static class ModelRefusal
{
    private const int MaxMessage = 1000;

    /// <summary>What the OpenAI SDK threw, which both chat brains stand on: no answer at all, or one that is an error.</summary>
    public static Exception Of(ClientResultException exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(cancellationToken);
        }
        if (exception.GetRawResponse() is not { } response)
        {
            return new BrainException(BrainException.Unreachable, exception.InnerException?.Message ?? exception.Message, exception);
        }
        var body = response.BufferContent(CancellationToken.None).ToString();
        return Of(BrainException.Http(response.Status), body.Length == 0 ? response.ReasonPhrase : body, exception);
    }

    /// <summary>An error object of the proxy: its budgets are named in <c>code</c> or <c>type</c>, whatever the status.</summary>
    public static BrainException Of(string type, string body, Exception? inner)
    {
        var message = body;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind is JsonValueKind.Object)
            {
                message = Text(error, "message") ?? body;
                if ($"{Text(error, "code")} {Text(error, "type")}".Contains("budget", StringComparison.OrdinalIgnoreCase))
                {
                    type = BrainException.BudgetExhausted;
                }
                type = BrainException.OfCode(Text(error, "code")) ?? type;
            }
        }
        catch (JsonException)
        {
        }
        message = message.ReplaceLineEndings(" ");
        return new BrainException(type, message.Length > MaxMessage ? message[..MaxMessage] : message, inner);
    }

    private static string? Text(JsonElement value, string name)
        => value.TryGetProperty(name, out var property) && property.ValueKind is JsonValueKind.String ? property.GetString() : null;
}
