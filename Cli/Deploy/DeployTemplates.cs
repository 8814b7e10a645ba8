using System.Reflection;

namespace ApeTest.Cli.Deploy;

/// <summary>The files of <c>deploy/</c> that this program carries: <c>compose.yaml</c> and those of <c>config/</c>.</summary>
internal static class DeployTemplates
{
    private const string Prefix = "deploy/";
    private static readonly Assembly Own = typeof(DeployTemplates).Assembly;

    /// <summary>Paths below <c>deploy/</c>.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        [.. Own.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]).Order(StringComparer.Ordinal)];

    /// <summary>The text of one.</summary>
    public static string Read(string path)
    {
        using var reader = new StreamReader(Own.GetManifestResourceStream(Prefix + path) ?? throw new ArgumentException($"There is no template {path}.", nameof(path)));
        return reader.ReadToEnd();
    }
}
