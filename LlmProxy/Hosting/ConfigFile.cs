using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ApeTest.LlmProxy.Options;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.LlmProxy.Hosting;

/// <summary>
/// The proxy's JSON file, read for a person: every error at once, each with file, line, field, rule and fix. Comments and trailing commas are allowed; an unknown
/// field is an error. Relative paths in it are meant from where the file is.
/// </summary>
internal static class ConfigFile
{
    private const int MaxBytes = 4 << 20;

    private static readonly JsonDocumentOptions Document = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonReaderOptions Reader = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // the shape is read off it before the first use
        Converters = { new DurationConverter() },
    };

    /// <summary>Reads it. Throws <see cref="LlmProxyConfigException"/>.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="shown">Its name in errors, as the user wrote it.</param>
    /// <param name="environment">Environment variables, for the options.</param>
    public static LlmProxyOptions Read(string path, string shown, Func<string, string?> environment)
    {
        var json = Bytes(path, shown);
        try
        {
            using var document = JsonDocument.Parse(json, Document);
            var shape = new ConfigShape(Json);
            var options = shape.Check(document.RootElement, typeof(LlmProxyOptions), "").Deserialize<LlmProxyOptions>(Json) ?? new LlmProxyOptions();
            options.Environment = environment;
            string[] errors = [.. shape.Errors.Select(static error => $"{error.Path}: {error.Rule}"), .. Wrong(options).Where(error => !shape.Errors.Exists(known => IsAbout(error, known.Path)))];
            if (errors.Length > 0)
            {
                throw Placed(errors, json.Span, shown);
            }

            var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
            options.Budgets.File = Beside(options.Budgets.File, directory);
            options.Cassette.File = Beside(options.Cassette.File, directory);
            return options;
        }
        catch (JsonException error)
        {
            throw new LlmProxyConfigException([$"{shown}:{error.LineNumber + 1}: is not valid JSON: {error.Message}"]);
        }
    }

    private static IEnumerable<string> Wrong(LlmProxyOptions options)
    {
        IReadOnlyList<string> errors = ProxyFlags.IsModel(options, options.DefaultModel) ? [] : [$"defaultModel: {ProxyFlags.ModelRule(options.DefaultModel)}"];
        try
        {
            LlmProxyOptionsValidator.Validate(options);
            return errors;
        }
        catch (LlmProxyConfigException wrong)
        {
            return errors.Concat(wrong.Errors);
        }
    }

    // A field that was left out because of its shape is not missing.
    private static bool IsAbout(string error, string path)
    {
        var field = FieldOf(error);
        return field == path || IsWithin(field, path) || IsWithin(path, field);
    }

    private static bool IsWithin(string field, string outer) =>
        field.Length > outer.Length && field.StartsWith(outer, StringComparison.Ordinal) && field[outer.Length] is '.' or '[';

    private static string FieldOf(string error) => error[..Math.Max(0, error.IndexOf(": ", StringComparison.Ordinal))];

    private static LlmProxyConfigException Placed(IReadOnlyList<string> errors, ReadOnlySpan<byte> json, string shown)
    {
        var places = ConfigPlaces.Read(json, Reader);
        return new([.. errors.Select(error => (Line: places.Find(FieldOf(error)), Error: error)).OrderBy(static each => each.Line)
            .Select(each => $"{shown}:{each.Line}: {each.Error}")]);
    }

    /// <summary>A path in the file is meant from where the file is, wherever the proxy is started.</summary>
    private static string? Beside(string? file, string directory) => string.IsNullOrWhiteSpace(file) ? null : Path.GetFullPath(file, directory);

    private static ReadOnlyMemory<byte> Bytes(string path, string shown)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new LlmProxyConfigException([$"{shown}: is larger than {MaxBytes >> 20} MiB; check that it is the proxy's file"]);
            }

            ReadOnlyMemory<byte> bytes = File.ReadAllBytes(path);
            return bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LlmProxyConfigException([$"{shown}: cannot be read: {error.Message.TrimEnd('.')}; name a readable file with --config or {EnvironmentNames.LlmProxyConfig}"]);
        }
    }
}
