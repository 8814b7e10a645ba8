using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>
/// A line of the budget file: <c>{"key":"ci","tokens":1200,"costUsd":0.0123,"requests":12}</c> or the same with <c>"run"</c>. The figures are totals, so that the
/// last line about a name holds and a line may be edited or deleted while the proxy is down.
/// </summary>
internal static class LedgerLine
{
    /// <summary>The first line of every budget file.</summary>
    public const string Header = """{"schema":"apetest.budgets/1"}""";

    // Names are written as they are read; what JSON does not allow is escaped.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Reading = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Appends one line, with its line feed. A figure beyond <see cref="BudgetLimits.Largest"/> is written as that: whatever is written can be read again.</summary>
    public static void Write(ArrayBufferWriter<byte> output, BudgetOwner owner, string name, Amounts amounts)
    {
        using (var json = new Utf8JsonWriter(output, Writing))
        {
            json.WriteStartObject();
            json.WriteString(owner == BudgetOwner.Key ? "key"u8 : "run"u8, name);
            json.WriteNumber("tokens"u8, Math.Min(BudgetLimits.Largest, amounts.Tokens));
            json.WriteNumber("costUsd"u8, Math.Min(BudgetLimits.Largest, amounts.CostUsd));
            json.WriteNumber("requests"u8, Math.Min(BudgetLimits.Largest, amounts.Requests));
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Reads one line; says in <paramref name="error"/> what is wrong where it cannot.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out BudgetOwner owner, out string name, out Amounts amounts, out string error)
    {
        (owner, name, amounts, error) = (default, "", default, "");
        try
        {
            var fields = JsonSerializer.Deserialize<Fields>(line, Reading);
            if (fields is not { Tokens: >= 0 and <= BudgetLimits.Largest, CostUsd: >= 0 and <= BudgetLimits.Largest, Requests: >= 0 and <= BudgetLimits.Largest }
                || fields.Key is null == fields.Run is null)
            {
                error = "it needs either key or run, and tokens, costUsd and requests within 0..1e15";
                return false;
            }

            owner = fields.Key is null ? BudgetOwner.Run : BudgetOwner.Key;
            name = fields.Key ?? fields.Run!;
            amounts = new Amounts(fields.Tokens.Value, fields.CostUsd.Value, fields.Requests.Value);
            return true;
        }
        catch (JsonException bad)
        {
            error = bad.Message;
            return false;
        }
    }

    private sealed record Fields(string? Key, string? Run, long? Tokens, decimal? CostUsd, long? Requests);
}
