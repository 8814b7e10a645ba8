using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Parsing;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>Text of a log line: rendered, masked and of bounded length.</summary>
internal static class LogText
{
    /// <summary>Characters of one text field; what is longer ends in an ellipsis.</summary>
    public const int MaxLength = 8192;

    /// <summary>The message with its fields in place. A secret field's value never gets into it.</summary>
    public static string Message(LogEvent logEvent)
    {
        var message = new StringBuilder();
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            if (token is PropertyToken property)
            {
                message.Append(Rendered(logEvent, property));
            }
            else
            {
                message.Append(token);
            }
        }

        return Clean(message.ToString());
    }

    public static string Clean(string text)
    {
        // Cut only after masking: a credential cut in two would no longer be recognised.
        var clean = Redactor.Redact(text);
        return clean.Length <= MaxLength ? clean : string.Concat(clean.AsSpan(0, MaxLength - 1), "…");
    }

    private static string? Rendered(LogEvent logEvent, PropertyToken token)
    {
        if (!logEvent.Properties.TryGetValue(token.PropertyName, out var value))
        {
            return token.ToString();
        }

        if (value is not ScalarValue scalar)
        {
            return Redactor.IsSecret(token.PropertyName) ? Redactor.Mask : LogValues.ToJson(value);
        }

        return LogValues.IsMasked(token.PropertyName, scalar.Value)
            ? Redactor.Mask
            : scalar.Value switch
            {
                null => "null",
                IFormattable formattable => formattable.ToString(token.Format, CultureInfo.InvariantCulture),
                var other => other.ToString(),
            };
    }
}
