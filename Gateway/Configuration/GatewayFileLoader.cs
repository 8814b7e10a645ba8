using System.Text.Json;
using ApeTest.Scenarios;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Configuration;

/// <summary>Reads <c>ape.mcp-gateway.json</c> (DESIGN 14.5). All errors at once, each with line, field, rule and fix. Comments and trailing commas are allowed.</summary>
public static class GatewayFileLoader
{
    private const long MaxBytes = 4 << 20;

    /// <summary>Reads a file. Throws <see cref="ApeTestException"/> (exit 2) with every error.</summary>
    public static GatewayFile Load(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
            {
                throw new ApeTestException($"{path}: is larger than {MaxBytes >> 20} MiB.", "Check that it is a gateway file.", ExitCodes.Input);
            }
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"{path}: cannot be read: {exception.Message}", "Pass --config with a readable gateway file.", ExitCodes.Input, exception);
        }
    }

    /// <summary>Reads the text of a file; <paramref name="source"/> names it in errors.</summary>
    public static GatewayFile Parse(ReadOnlyMemory<byte> json, string source)
    {
        if (json.Span.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 };
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, options);
        }
        catch (JsonException exception)
        {
            throw new ApeTestException($"{source}:{exception.LineNumber + 1}: not valid JSON: {exception.Message}", "Correct the JSON there.", ExitCodes.Input, exception);
        }
        using (document)
        {
            var reader = new GatewayFileReader();
            var file = reader.Read(document.RootElement);
            // What could not be read would be reported a second time as missing or invalid.
            var errors = reader.Errors
                .Concat(TargetOptionsValidator.Validate(file).Where(error => !reader.Errors.Exists(read => error.Field.StartsWith(read.Field, StringComparison.Ordinal))))
                .ToList();
            if (errors.Count > 0)
            {
                var lines = JsonLines.Read(json.Span);
                var text = errors.Select(error => (Line: lines.Find(error.Field), Error: error)).OrderBy(static pair => pair.Line)
                    .Select(pair => $"{source}:{pair.Line}: {pair.Error}");
                throw new ApeTestException(string.Join(Environment.NewLine, text), $"Correct the {(errors.Count == 1 ? "field" : "fields")} named above.", ExitCodes.Input);
            }
            return file;
        }
    }
}
