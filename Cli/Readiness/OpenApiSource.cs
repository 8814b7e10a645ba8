using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Readiness;

/// <summary>The target's OpenAPI document as text.</summary>
/// <param name="Text">The document, JSON or YAML.</param>
/// <param name="Where">Where it was found, for messages.</param>
internal sealed record OpenApiText(string Text, string Where);

/// <summary>Finds the target's OpenAPI document: a path on the target, a URL, a file, or the usual paths.</summary>
internal sealed class OpenApiSource(TargetProbe probe, TargetSpec target, string baseDirectory)
{
    private static readonly string[] UsualPaths = ["/openapi/v1.json", "/openapi.json", "/swagger/v1/swagger.json"];

    /// <summary>
    /// The document; null where none was named and the usual paths hold none. A named one that cannot be read throws
    /// <see cref="ApeTestException"/> (exit 2; 3 where its server does not answer).
    /// </summary>
    public async Task<OpenApiText?> FindAsync(CancellationToken cancellationToken)
    {
        if (target.OpenApi is not { } where)
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
                var answer = await probe.ReadAsync(On(path), cancellationToken);
                // Many servers answer any path with their start page.
                if (answer.Status == 200 && answer.ContentType is not "text/html"
                    && (answer.Text.Contains("\"openapi\"", StringComparison.Ordinal) || answer.Text.Contains("\"swagger\"", StringComparison.Ordinal)))
                {
                    return new OpenApiText(answer.Text, On(path).ToString());
                }
            }
            catch (ProbeException)
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
            var answer = await probe.ReadAsync(url, cancellationToken);
            return answer.Status is >= 200 and < 300
                ? new OpenApiText(answer.Text, url.ToString())
                : throw new ApeTestException($"there is no OpenAPI document at {url}: the server answered {answer.Status}", Fix, ExitCodes.Input);
        }
        catch (ProbeException e)
        {
            throw new ApeTestException($"the OpenAPI document at {url} cannot be read: {e.Message}", Fix,
                e.IsTooLarge ? ExitCodes.Input : ExitCodes.Environment, e);
        }
    }

    private static OpenApiText ReadFile(string path, string shown)
    {
        try
        {
            var bytes = BoundedFile.Read(path, TargetProbe.MostBytes);
            return bytes.Length > TargetProbe.MostBytes
                ? throw new ApeTestException($"the OpenAPI document {shown} is larger than {TargetProbe.MostBytes >> 20} MB", Fix, ExitCodes.Input)
                : new OpenApiText(new StreamReader(new MemoryStream(bytes)).ReadToEnd(), shown);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message;
            throw new ApeTestException($"the OpenAPI document {shown} cannot be read: {reason}", Fix, ExitCodes.Input, e);
        }
    }

    private static string Fix => "Give --openapi a path on the target (/openapi.json), a URL or a file; leave it out to use plain HTTP tools.";

    private Uri On(string path) => new(target.Url.AbsoluteUri.TrimEnd('/') + path);
}
