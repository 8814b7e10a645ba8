using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Runs.Records;

namespace ApeTest.Observability.Reports;

/// <summary>Texts of a session's transcript, bounded.</summary>
public static class Transcript
{
    /// <summary>Most characters of one text.</summary>
    public const int MostText = 2000;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Arguments of a call as compact JSON; empty for none.</summary>
    public static string Arguments(ActionRecord action)
    {
        if (action.Args.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || (action.Args.ValueKind is JsonValueKind.Object && !action.Args.EnumerateObject().Any()))
        {
            return string.Empty;
        }
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Readable))
        {
            action.Args.WriteTo(writer);
        }
        return VisibleText.Of(System.Text.Encoding.UTF8.GetString(bytes.ToArray()), MostText);
    }

    /// <summary>Method and path of a call's request; empty where nothing was sent or it is not known.</summary>
    public static string Request(ActionRecord action) => action.Request is { } request
        ? VisibleText.Of($"{request.Method} {(Uri.TryCreate(request.Url, UriKind.Absolute, out var url) ? url.PathAndQuery : request.Url)}", 300)
        : string.Empty;

    /// <summary>The parts of a call's time in the order in which they happened; empty for what was not sent.</summary>
    public static IEnumerable<(string Name, double Seconds)> Parts(ActionRecord action) => action.Parts is { } parts
        ? [("think", parts.Think), ("model", parts.Model), ("gateway", parts.Gateway), ("target", parts.Target), ("harness", parts.Harness)]
        : [];
}
