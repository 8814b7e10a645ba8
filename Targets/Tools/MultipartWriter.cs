using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Tools;

/// <summary>Writes a multipart body (RFC 7578; names and file names escaped as browsers do, https://html.spec.whatwg.org/#multipart-form-data).</summary>
internal sealed class MultipartWriter(string contentType)
{
    private readonly List<(string Header, ReadOnlyMemory<byte> Content)> _parts = [];

    /// <summary>Adds a property: a file, a value, or several parts of one name for an array. False with an error in the form of a schema error.</summary>
    public bool TryAdd(string name, JsonElement value, FormField? field, string path, out string? error)
    {
        error = null;
        if (value.ValueKind != JsonValueKind.Array)
        {
            return TryAddOne(name, value, field, path, out error);
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (!TryAddOne(name, item, field, $"{path}[{index++}]", out error))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The body.</summary>
    public BodyContent Finish()
    {
        // The boundary must not occur in a value; derived from the content, it is the same for the same call.
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (header, content) in _parts)
        {
            digest.AppendData(Encoding.UTF8.GetBytes(header));
            digest.AppendData(content.Span);
        }
        var boundary = "ape-" + Convert.ToHexStringLower(digest.GetHashAndReset().AsSpan(0, 12));
        var body = new ArrayBufferWriter<byte>(1024);
        foreach (var (header, content) in _parts)
        {
            body.Write(Encoding.UTF8.GetBytes($"--{boundary}\r\n{header}\r\n"));
            body.Write(content.Span);
            body.Write("\r\n"u8);
        }
        body.Write(Encoding.UTF8.GetBytes($"--{boundary}--\r\n"));
        return new BodyContent(body.WrittenMemory, $"{contentType.Split(';')[0].Trim()}; boundary={boundary}");
    }

    private bool TryAddOne(string name, JsonElement value, FormField? field, string path, out string? error)
    {
        error = null;
        if (field is { IsFile: true })
        {
            if (!FilePart.TryRead(value, path, field.ContentType, out var file, out error))
            {
                return false;
            }
            Add($"name=\"{Escape(name)}\"; filename=\"{Escape(file.Filename ?? name)}\"", file.ContentType, file.Content);
            return true;
        }
        var isJson = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array || (field?.ContentType is { } type && MediaTypes.IsJson(type));
        Add($"name=\"{Escape(name)}\"", field?.ContentType ?? (isJson ? "application/json" : null), Encoding.UTF8.GetBytes(isJson ? value.GetRawText() : StyleWriter.Simple(value)));
        return true;
    }

    private void Add(string disposition, string? type, ReadOnlyMemory<byte> content)
    {
        // A type of the document's own that could begin another header is left out; an argument's was judged before.
        var line = type is not null && Policy.HttpText.IsFieldValue(type) ? $"Content-Type: {type}\r\n" : "";
        _parts.Add(($"Content-Disposition: form-data; {disposition}\r\n{line}", content));
    }

    private static string Escape(string name)
    {
        var escaped = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            _ = c switch
            {
                '"' => escaped.Append("%22"),
                '\r' => escaped.Append("%0D"),
                '\n' => escaped.Append("%0A"),
                < ' ' or '\x7f' => escaped.Append('_'),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }
}
