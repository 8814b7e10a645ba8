namespace ApeTest.Scenarios.Loading.Sources;

/// <summary>Which flag sets a field, for errors and sources.</summary>
internal static class CommandLineFlags
{
    /// <summary>The flag whose value is a credential by its nature.</summary>
    public const string Auth = "--auth";

    private static readonly Dictionary<string, string> ByField = new(StringComparer.Ordinal)
    {
        ["target.url"] = "--target",
        ["target.openapi"] = "--openapi",
        ["target.graphql"] = "--graphql",
        ["llm.model"] = "--model",
        ["llm.baseUrl"] = "--base-url",
        ["goals"] = "--goal",
    };

    /// <summary>The flag of a path: <c>--agents</c>, <c>--target</c>, <c>--threshold</c>.</summary>
    public static string Of(string path)
    {
        if (ByField.TryGetValue(path, out var flag))
        {
            return flag;
        }
        if (path.StartsWith("thresholds", StringComparison.Ordinal))
        {
            return "--threshold";
        }
        if (path.StartsWith("target.headers", StringComparison.Ordinal))
        {
            return "--header";
        }
        // goals[0].success -> --success, gracefulStop -> --graceful-stop
        var name = path[(path.LastIndexOf('.') + 1)..];
        return "--" + string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : c.ToString()));
    }
}
