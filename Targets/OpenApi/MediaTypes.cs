using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>Media types of bodies.</summary>
internal static class MediaTypes
{
    public const string Form = "application/x-www-form-urlencoded";

    /// <summary>The content to send where an operation takes several: JSON, then a form, then parts, then the first.</summary>
    public static (string ContentType, JsonObject? Media, BodyKind Kind) Choose(JsonObject content)
    {
        var (name, kind) = content.Select(static media => (media.Key, Kind: KindOf(media.Key))).MinBy(static media => media.Kind);
        return (name, content[name] as JsonObject, kind);
    }

    public static bool IsForm(string? contentType) => contentType is not null && Bare(contentType).Equals(Form, StringComparison.OrdinalIgnoreCase);

    public static bool IsJson(string contentType)
    {
        var type = Bare(contentType);
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether content of that type is text that can be written in an argument.</summary>
    public static bool IsText(string contentType)
    {
        var type = Bare(contentType);
        return type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.EndsWith("xml", StringComparison.OrdinalIgnoreCase)
            || type.Contains("yaml", StringComparison.OrdinalIgnoreCase) || type.Contains("json", StringComparison.OrdinalIgnoreCase)
            || type.Contains("javascript", StringComparison.OrdinalIgnoreCase) || type.Contains("graphql", StringComparison.OrdinalIgnoreCase);
    }

    private static BodyKind KindOf(string name) =>
        IsJson(name) || name == "*/*" ? BodyKind.Json
        : IsForm(name) ? BodyKind.Form
        : name.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) ? BodyKind.Multipart
        : IsText(name) ? BodyKind.Raw
        : BodyKind.File;

    private static string Bare(string contentType) => contentType.Split(';')[0].Trim();
}
