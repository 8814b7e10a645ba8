using System.Buffers;
using System.Text.Json;

namespace ApeTest.Targets.Tools.Pages;

/// <summary>Writes a page as JSON, the longest form that fits: forms are kept to the last, because a session cannot go on without them.</summary>
internal static class HtmlWriter
{
    /// <summary>Longest value that is shown; a longer one, a page's saved state, is carried along all the same.</summary>
    private const int MaxValue = 2000;

    /// <summary>How much is kept at each attempt to fit: characters of text, links, options of a field, forms.</summary>
    private static readonly (int Text, int Links, int Options, int Forms)[] Attempts =
        [(4000, 60, 50, 20), (2500, 40, 20, 20), (1500, 20, 10, 20), (800, 10, 5, 10), (400, 5, 3, 3), (200, 0, 0, 1), (200, 0, 0, 0)];

    /// <summary>The page in at most <paramref name="limit"/> bytes of JSON, and whether anything was left out.</summary>
    public static (ReadOnlyMemory<byte> Json, bool IsCut) Write(HtmlPage page, int limit, JsonWriterOptions options, IReadOnlyDictionary<string, string> secrets)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (text, links, choices, forms) = Attempts[attempt];
            var buffer = new ArrayBufferWriter<byte>(2048);
            using (var writer = new Utf8JsonWriter(buffer, options))
            {
                WritePage(writer, page, (text, links, choices, forms), secrets);
            }
            if (buffer.WrittenCount <= limit || attempt == Attempts.Length - 1)
            {
                var isCut = page.IsCut || page.Text.Length > text || page.Links.Count > links || page.Forms.Count > forms
                    || page.Forms.Exists(form => form.Fields.Exists(field => field.Options.Count > choices || field.Value?.Length > MaxValue));
                return (buffer.WrittenMemory, isCut);
            }
        }
    }

    private static void WritePage(Utf8JsonWriter writer, HtmlPage page, (int Text, int Links, int Options, int Forms) keep, IReadOnlyDictionary<string, string> secrets)
    {
        writer.WriteStartObject();
        writer.WriteString("title", SecretFiller.Redact(page.Title, secrets));
        // Redacted before it is cut: half a secret is not found.
        writer.WriteString("text", ObservationWriter.Cut(SecretFiller.Redact(page.Text, secrets), keep.Text));
        writer.WriteStartArray("links");
        foreach (var link in page.Links.Take(keep.Links))
        {
            writer.WriteStartObject();
            writer.WriteString("text", SecretFiller.Redact(link.Text, secrets));
            writer.WriteString("href", SecretFiller.Redact(link.Href, secrets));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("forms");
        foreach (var form in page.Forms.Take(keep.Forms))
        {
            writer.WriteStartObject();
            writer.WriteString("action", SecretFiller.Redact(form.Action, secrets));
            writer.WriteString("method", form.Method);
            writer.WriteStartArray("fields");
            foreach (var field in form.Fields)
            {
                WriteField(writer, field, keep.Options, secrets);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter writer, HtmlField field, int options, IReadOnlyDictionary<string, string> secrets)
    {
        writer.WriteStartObject();
        writer.WriteString("name", SecretFiller.Redact(field.Name, secrets));
        writer.WriteString("type", field.Type);
        if (field.Value is { Length: <= MaxValue } value)
        {
            writer.WriteString("value", SecretFiller.Redact(value, secrets));
        }
        if (field.IsRequired)
        {
            writer.WriteBoolean("required", true);
        }
        if (field.Options.Count > 0 && options > 0)
        {
            writer.WriteStartArray("options");
            foreach (var option in field.Options.Take(options))
            {
                writer.WriteStringValue(SecretFiller.Redact(option, secrets));
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
