using System.Text.Json;
using System.Text.Unicode;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Configuration;

/// <summary>
/// Reads <c>ape.mcp-gateway.json</c> (DESIGN 14.5). All errors at once, each with line, field, rule and fix. Comments and trailing commas are
/// allowed; <c>${VAR}</c> in a text is an environment variable, whose value no error shows.
/// </summary>
public static class GatewayFileLoader
{
    private const int MaxBytes = 4 << 20;

    /// <summary>Most errors told at once.</summary>
    private const int MaxErrors = 100;

    private static readonly IReadOnlyDictionary<string, string> NoVariables = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Reads a file. Throws <see cref="ApeTestException"/> (exit 2) with every error.</summary>
    public static GatewayFile Load(string path, IReadOnlyDictionary<string, string> environment) => Parse(Read(path), path, environment);

    /// <summary>Reads the text of a file; <paramref name="source"/> names it in errors.</summary>
    public static GatewayFile Parse(ReadOnlyMemory<byte> json, string source, IReadOnlyDictionary<string, string> environment) =>
        Bind(json, source, environment, static (reader, root) => new GatewayFileReader(reader).Read(root), TargetOptionsValidator.Validate);

    /// <summary>
    /// Reads <c>{"faults":[...]}</c> for a gateway with these targets, as a call at run time sends it: a stranger's text, in which <c>${VAR}</c>
    /// names no variable. Throws <see cref="ApeTestException"/> (exit 2) with every error.
    /// </summary>
    public static IReadOnlyList<FaultOptions> ParseFaults(ReadOnlyMemory<byte> json, string source, IReadOnlyCollection<string> targets) =>
        [.. Bind(json, source, NoVariables, static (reader, root) => new GatewayFileReader(reader).ReadFaults(root),
            (faults, _) => TargetOptionsValidator.ValidateFaults(faults, targets))];

    /// <summary>The bytes of a file. Throws <see cref="ApeTestException"/> (exit 2) where it cannot be read.</summary>
    internal static byte[] Read(string path)
    {
        try
        {
            var bytes = BoundedFile.Read(path, MaxBytes);
            return bytes.Length <= MaxBytes
                ? bytes
                : throw new ApeTestException($"{path}: is larger than {MaxBytes >> 20} MiB.", "Check that it is a gateway file.", ExitCodes.Input);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"{path}: cannot be read: {exception.Message}", "Pass --config with a readable gateway file.", ExitCodes.Input, exception);
        }
    }

    private static T Bind<T>(ReadOnlyMemory<byte> json, string source, IReadOnlyDictionary<string, string> environment,
        Func<FieldReader, JsonElement, T> read, Func<T, IReadOnlyDictionary<string, string>, IReadOnlyList<OptionError>> validate)
    {
        if (json.Span.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }
        if (!Utf8.IsValid(json.Span))
        {
            throw new ApeTestException($"{source}: not valid JSON: it is not UTF-8 text.", "Save it as UTF-8.", ExitCodes.Input);
        }
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
            var reader = new FieldReader(environment);
            var result = read(reader, document.RootElement);
            OptionError[] errors = [.. reader.Errors, .. validate(result, reader.Written).Where(error => !reader.IsReported(error.Field))];
            return errors.Length == 0 ? result : throw Wrong(errors, json.Span, source);
        }
        catch (JsonException exception)
        {
            throw new ApeTestException($"{source}:{exception.LineNumber + 1}: not valid JSON: {exception.Message}", "Correct the JSON there.", ExitCodes.Input, exception);
        }
        catch (InvalidOperationException exception)
        {
            // What System.Text.Json throws for "\ud800" when the text is asked for.
            throw new ApeTestException($"{source}: not valid JSON: a text holds half of a surrogate pair.", "Correct the \\u escape.", ExitCodes.Input, exception);
        }
    }

    private static ApeTestException Wrong(OptionError[] errors, ReadOnlySpan<byte> json, string source)
    {
        var lines = JsonLines.Read(json);
        var text = errors.Select(error => (Line: lines.Find(error.Field), Error: error)).OrderBy(static pair => pair.Line)
            .Take(MaxErrors).Select(pair => $"{source}:{pair.Line}: {pair.Error}");
        var more = errors.Length > MaxErrors ? $"{Environment.NewLine}{source}: and {errors.Length - MaxErrors} more" : "";
        return new ApeTestException(string.Join(Environment.NewLine, text) + more, $"Correct the {(errors.Length == 1 ? "field" : "fields")} named above.", ExitCodes.Input);
    }
}
