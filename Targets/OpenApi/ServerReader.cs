using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>Reads <c>servers</c>: of the operation, else of its path item, else of the document, all relative to the target's URL.</summary>
internal sealed class ServerReader
{
    private readonly Uri _target;

    public ServerReader(JsonObject root, Uri target)
    {
        _target = target;
        // The document's own servers are where it is deployed; the target is where it is tested.
        Root = Choose(root, allowForeign: false) ?? target;
    }

    /// <summary>URL that paths are below where nothing nearer says otherwise; always of the target's host.</summary>
    public Uri Root { get; }

    /// <summary>URL that an operation's path is below. Another host is kept here: it is for the allow-list to judge, and the target is the wrong place.</summary>
    public Uri Of(JsonObject item, JsonObject operation) =>
        Choose(operation, allowForeign: true) ?? Choose(item, allowForeign: true) ?? Root;

    /// <summary>The first server of the target's host, else the first of another where that is allowed; null for none.</summary>
    private Uri? Choose(JsonObject holder, bool allowForeign)
    {
        Uri? foreign = null;
        var below = new Uri(_target.AbsoluteUri.TrimEnd('/') + "/");
        foreach (var server in (holder["servers"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var text = WithVariables(server["url"]?.ToString() ?? "", server["variables"] as JsonObject);
            if (text.Length == 0 || !Uri.TryCreate(below, text, out var url) || url.Scheme is not ("http" or "https"))
            {
                continue;
            }
            if (url.Authority.Equals(_target.Authority, StringComparison.OrdinalIgnoreCase))
            {
                // A server of "/" says nothing beyond the target's own URL.
                return url.AbsolutePath == "/" ? _target : new Uri(new Uri(_target.GetLeftPart(UriPartial.Authority)), url.AbsolutePath);
            }
            foreign ??= url.UserInfo.Length == 0 ? new Uri(url.GetLeftPart(UriPartial.Path)) : null;
        }
        return allowForeign ? foreign : null;
    }

    private static string WithVariables(string url, JsonObject? variables)
    {
        foreach (var (name, variable) in variables ?? [])
        {
            url = url.Replace($"{{{name}}}", (variable as JsonObject)?["default"]?.ToString() ?? "", StringComparison.Ordinal);
        }
        return url;
    }
}
