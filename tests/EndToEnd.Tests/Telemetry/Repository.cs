using System.Runtime.CompilerServices;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>Files of the repository that no build copies: rules, dashboards, docs.</summary>
internal static class Repository
{
    public static string PathOf(params string[] parts) => Path.Combine([Root(), .. parts]);

    private static string Root([CallerFilePath] string source = "") =>
        Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(source))))!;
}
