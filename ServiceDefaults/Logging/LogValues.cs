using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Events;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>Writes the values of log fields as JSON, with secrets masked.</summary>
internal static class LogValues
{
    /// <summary>Whether this value of this field is masked. Numbers named like tokens are counts or times (<c>time_to_first_token</c>), not tokens.</summary>
    public static bool IsMasked(string name, object? value)
    {
        return value is not null && Redactor.IsSecret(name)
            && !(value is int or long or double or decimal or float or bool or TimeSpan && name.EndsWith("token", StringComparison.OrdinalIgnoreCase));
    }

    public static void Write(Utf8JsonWriter json, string key, LogEventPropertyValue value)
    {
        if (value is ScalarValue scalar)
        {
            if (scalar.Value is null)
            {
                return;
            }

            var (name, plain) = Plain(key, scalar.Value);
            json.WritePropertyName(name);
            WriteScalar(json, IsMasked(name, scalar.Value) ? Redactor.Mask : plain);
            return;
        }

        json.WritePropertyName(key);
        if (Redactor.IsSecret(key))
        {
            json.WriteStringValue(Redactor.Mask);
        }
        else
        {
            WriteValue(json, value);
        }
    }

    /// <summary>Name and value as every kind of log line has them: a duration in seconds, under a name that ends in <c>_s</c>, and a time as text.</summary>
    public static (string Name, object Value) Plain(string name, object value) => value switch
    {
        TimeSpan time => (name.EndsWith("_s", StringComparison.Ordinal) ? name : name + "_s", Math.Round(time.TotalSeconds, 6)),
        DateTimeOffset time => (name, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        _ => (name, value),
    };

    public static string ToJson(LogEventPropertyValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteValue(json, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteValue(Utf8JsonWriter json, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue scalar:
                WriteScalar(json, scalar.Value);
                break;
            case SequenceValue sequence:
                json.WriteStartArray();
                foreach (var element in sequence.Elements)
                {
                    WriteValue(json, element);
                }

                json.WriteEndArray();
                break;
            case StructureValue structure:
                json.WriteStartObject();
                foreach (var property in structure.Properties)
                {
                    Write(json, FieldNames.Snake(property.Name), property.Value);
                }

                json.WriteEndObject();
                break;
            case DictionaryValue dictionary:
                json.WriteStartObject();
                foreach (var (key, element) in dictionary.Elements)
                {
                    Write(json, Convert.ToString(key.Value, CultureInfo.InvariantCulture) ?? "null", element);
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteStringValue(LogText.Clean(value.ToString()));
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case TimeSpan or DateTimeOffset:
                WriteScalar(json, Plain("", value).Value);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(LogText.Clean(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty));
                break;
        }
    }
}
