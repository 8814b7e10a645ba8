using System.Text;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading.Sources;

namespace ApeTest.Targets.OpenApi;

/// <summary>The target's OpenAPI document as text.</summary>
/// <param name="Text">The document, JSON or YAML.</param>
/// <param name="Where">Where it was found, for messages.</param>
public sealed record OpenApiText(string Text, string Where);

/// <summary>Finds the target's OpenAPI document: a path on the target, a URL, a file, or the usual paths.</summary>
/// <param name="read">Reads a URL.</param>
/// <param name="target">Base URL of the target.</param>
/// <param name="where">The configured place: a path on the target that begins with '/', an absolute URL or a file; null: the usual paths are tried.</param>
/// <param name="baseDirectory">Directory that a file is relative to.</param>
public sealed class OpenApiSource(ReadDocument read, Uri target, string? where, string baseDirectory)
{
    /// <summary>Largest document that is read, in bytes.</summary>
    public const int MostBytes = 32 << 20;

    private static readonly string[] UsualPaths = ["/openapi/v1.json", "/openapi.json", "/swagger/v1/swagger.json"];

    /// <summary>After <see cref="FindAsync"/> found none at the usual paths: in words, that one of them answered 401 or 403 and so may hold one; null otherwise.</summary>
    public string? Refusal { get; private set; }

    /// <summary>How credentials are given, for a person who is told of a <see cref="Refusal"/>.</summary>
    public const string Credentials = "Give the credentials: --header 'Authorization: Bearer ${API_TOKEN}' in single quotes (start takes --auth 'bearer:$API_TOKEN' too), or target.headers in the scenario.";

    /// <summary>
    /// The document; null where none was named and the usual paths hold none. A named one that cannot be read throws
    /// <see cref="ApeTestException"/> (exit 2; 3 where its server does not answer).
    /// </summary>
    public async Task<OpenApiText?> FindAsync(CancellationToken cancellationToken)
    {
        if (where is null)
        {
            return await TryUsualPathsAsync(cancellationToken);
        }
        if (where.StartsWith('/'))
        {
            return await DownloadAsync(On(where), cancellationToken);
        }
        return Uri.TryCreate(where, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? await DownloadAsync(url, cancellationToken)
            : ReadFile(Path.GetFullPath(where, baseDirectory), where);
    }

    private async Task<OpenApiText?> TryUsualPathsAsync(CancellationToken cancellationToken)
    {
        foreach (var path in UsualPaths)
        {
            try
            {
                var answer = await read(On(path), cancellationToken);
                if (IsRefusal(answer.Status))
                {
                    Refusal ??= $"whether the target has an OpenAPI document is not seen without credentials: {On(path)} answered {answer.Status}";
                }
                // Many servers answer any path with their start page.
                if (answer.Status == 200 && answer.ContentType is not "text/html"
                    && (answer.Text.Contains("\"openapi\"", StringComparison.Ordinal) || answer.Text.Contains("\"swagger\"", StringComparison.Ordinal)))
                {
                    Refusal = null;
                    return new OpenApiText(answer.Text, On(path).ToString());
                }
            }
            catch (DocumentUnreadableException)
            {
                // Nobody promised that there is one.
            }
        }
        return null;
    }

    private async Task<OpenApiText> DownloadAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await read(url, cancellationToken);
            return answer.Status is >= 200 and < 300
                ? new OpenApiText(answer.Text, url.ToString())
                : IsRefusal(answer.Status) ? throw new ApeTestException($"the OpenAPI document at {url} is not given without credentials: the server answered {answer.Status}", Credentials, ExitCodes.Input)
                : throw new ApeTestException($"there is no OpenAPI document at {url}: the server answered {answer.Status}", Fix, ExitCodes.Input);
        }
        catch (DocumentUnreadableException e)
        {
            throw new ApeTestException($"the OpenAPI document at {url} cannot be read: {e.Message}", Fix,
                e.IsTooLarge ? ExitCodes.Input : ExitCodes.Environment, e);
        }
    }

    private static bool IsRefusal(int status) => status is 401 or 403;

    private static OpenApiText ReadFile(string path, string shown)
    {
        try
        {
            var bytes = BoundedFile.Read(path, MostBytes);
            return bytes.Length > MostBytes
                ? throw new ApeTestException($"the OpenAPI document {shown} is larger than {MostBytes >> 20} MB", Fix, ExitCodes.Input)
                : new OpenApiText(Decode(bytes), shown);
        }
        catch (DecoderFallbackException e)
        {
            throw new ApeTestException($"the OpenAPI document {shown} is not valid UTF-8: byte {e.Index + 1} begins no character", "Save it as UTF-8, or as UTF-16 with a byte order mark.", ExitCodes.Input, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message;
            throw new ApeTestException($"the OpenAPI document {shown} cannot be read: {reason}", Fix, ExitCodes.Input, e);
        }
    }

    /// <summary>By its byte order mark, else as UTF-8; what is neither is told rather than replaced.</summary>
    private static string Decode(byte[] bytes)
    {
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        using var reader = new StreamReader(new MemoryStream(bytes), strict, detectEncodingFromByteOrderMarks: true);
        return reader.ReadToEnd();
    }

    private static string Fix => "Give --openapi a path on the target (/openapi.json), a URL or a file; leave it out to use plain HTTP tools.";

    private Uri On(string path) => new(target.AbsoluteUri.TrimEnd('/') + path);
}

/// <summary>Reads what is at a URL. Throws <see cref="DocumentUnreadableException"/> where nothing usable answers.</summary>
public delegate Task<DocumentAnswer> ReadDocument(Uri url, CancellationToken cancellationToken);

/// <summary>What a server answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Media type without parameters; null for none.</param>
/// <param name="Text">The body.</param>
public sealed record DocumentAnswer(int Status, string? ContentType, string Text);
