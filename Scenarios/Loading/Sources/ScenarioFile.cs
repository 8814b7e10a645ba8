using System.Text;
using System.Text.Json;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Sources;

/// <summary>Reads a scenario file as text: of bounded size, UTF-8, and text at all.</summary>
internal static class ScenarioFile
{
    /// <summary>Largest scenario, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The file's text; null with an error where there is none.</summary>
    public static string? Read(string path, string name, ErrorList errors)
    {
        var origin = new Origin(OriginKind.File, name);
        try
        {
            if (Directory.Exists(path))
            {
                errors.Add(origin, "", "is a directory", "Name the scenario file in it.");
                return null;
            }
            return Decode(BoundedFile.Read(path, MaxBytes), origin, errors);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            errors.Add(origin, "", "does not exist", Alternatives(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add(origin, "", $"cannot be read: {Quote.Plain(exception.Message.TrimEnd('.'), 200)}", "Name a scenario file, YAML or JSON, that you may read.");
        }
        return null;
    }

    /// <summary>Checks a text that did not come from a file.</summary>
    public static string? Check(string text, string name, ErrorList errors) =>
        text.Length > MaxBytes ? TooLarge(new Origin(OriginKind.File, name), errors) : CheckText(text, new Origin(OriginKind.File, name), errors);

    /// <summary>Checks that a <c>.json</c> file is JSON.</summary>
    public static void CheckJson(string text, string name, ErrorList errors)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
        }
        catch (JsonException exception)
        {
            var line = (int)(exception.LineNumber ?? 0) + 1;
            // The parser's own words, without the position that it repeats.
            var reason = exception.Message.Split(" LineNumber:")[0].Split(" Change the reader options.")[0];
            errors.Add(new Origin(OriginKind.File, name, line, 1), "", $"is not valid JSON: {Quote.Plain(reason.TrimEnd('.'), 160)}",
                "Correct it there, or name the file .yaml, where more is allowed.");
        }
    }

    private static string? Decode(ReadOnlySpan<byte> bytes, Origin origin, ErrorList errors)
    {
        if (bytes.Length > MaxBytes)
        {
            return TooLarge(origin, errors);
        }
        // With its byte order mark, or by the zero beside each of the first two letters.
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [not 0, 0, not 0, 0, ..] or [0, not 0, 0, not 0, ..])
        {
            errors.Add(origin, "", "is UTF-16", "Save it as UTF-8 (in Windows PowerShell: `Out-File -Encoding utf8`).");
            return null;
        }
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }
        try
        {
            return CheckText(StrictUtf8.GetString(bytes), origin, errors);
        }
        catch (DecoderFallbackException exception)
        {
            var line = 1 + bytes[..Math.Clamp(exception.Index, 0, bytes.Length)].Count((byte)'\n');
            errors.Add(origin with { Line = line, Column = 1 }, "", "is not UTF-8 text", "A scenario is YAML or JSON, saved as UTF-8.");
            return null;
        }
    }

    private static string? CheckText(string text, Origin origin, ErrorList errors)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) && text[i] is not ('\t' or '\n' or '\r' or '\u0085'))
            {
                var line = 1 + text.AsSpan(0, i).Count('\n');
                errors.Add(origin with { Line = line, Column = 1 }, "", $"is not text: it holds the control character U+{(int)text[i]:X4}",
                    "A scenario is YAML or JSON, saved as UTF-8.");
                return null;
            }
        }
        return text;
    }

    private static string? TooLarge(Origin origin, ErrorList errors)
    {
        errors.Add(origin, "", $"is larger than {MaxBytes / 1024 / 1024} MiB", "Move rows of data into a CSV file: `data: { user: { csv: users.csv } }`.");
        return null;
    }

    private static string Alternatives(string path)
    {
        const string Init = "docs/scenario.md shows one; without a file, `ape-test start` runs the sample shop.";
        try
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(path));
            if (directory is null || !Directory.Exists(directory))
            {
                return Init;
            }
            var names = Directory.EnumerateFiles(directory).Take(1000).Select(file => Path.GetFileName(file))
                .Where(name => Path.GetExtension(name) is ".yaml" or ".yml" or ".json").ToList();
            return Distances.Closest(Path.GetFileName(path), names) is { } close ? $"Did you mean `{close}`?" : Init;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Init;
        }
    }
}
