using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.Targets.Tools;

/// <summary>A file as an argument gives it: text, or <c>{filename, contentType, text | base64}</c>.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="ContentType">Content type: the argument's own, else the document's, else that of text or of bytes.</param>
/// <param name="Filename">File name; null where the argument has none.</param>
internal readonly partial record struct FilePart(ReadOnlyMemory<byte> Content, string ContentType, string? Filename)
{
    private const string Text = "text/plain; charset=utf-8";

    private const string Bytes = "application/octet-stream";

    /// <summary>Reads it. False with an error in the form of a schema error for bad base 64 and a content type that is none.</summary>
    /// <param name="value">The argument.</param>
    /// <param name="path">JSON path of the argument.</param>
    /// <param name="declared">Content type by the document; null for none.</param>
    /// <param name="file">The file.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryRead(JsonElement value, string path, string? declared, out FilePart file, out string? error)
    {
        file = default;
        error = null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            file = new FilePart(Encoding.UTF8.GetBytes(StyleWriter.Simple(value)), declared ?? Text, null);
            return true;
        }
        var filename = Field(value, "filename");
        var contentType = Field(value, "contentType");
        if (contentType is not null && !MediaType().IsMatch(contentType))
        {
            error = $"{path}.contentType: is not a media type like image/png";
            return false;
        }
        if (Field(value, "base64") is not { } base64)
        {
            file = new FilePart(Encoding.UTF8.GetBytes(Field(value, "text") ?? ""), contentType ?? declared ?? Text, filename);
            return true;
        }
        try
        {
            file = new FilePart(Convert.FromBase64String(base64), contentType ?? declared ?? Bytes, filename);
            return true;
        }
        catch (FormatException)
        {
            error = $"{path}.base64: is not base 64 (RFC 4648, section 4)";
            return false;
        }
    }

    private static string? Field(JsonElement map, string name) => map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>RFC 9110, section 8.3.1; printable ASCII only, so that it cannot begin another header.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9_!#$&^.+-]{1,127}/[A-Za-z0-9_!#$&^.+-]{1,127}(?:;[\x20-\x7e]{1,200})?\z")]
    private static partial Regex MediaType();
}
