namespace ApeTest.AppHost.Files;

/// <summary>Images of others' services, as <c>deploy/compose.yaml</c> names them (a test compares): its configuration files are for these versions.</summary>
/// <param name="Name">Name of the image, with its registry's path.</param>
/// <param name="Tag">Version.</param>
internal sealed record StackImage(string Name, string Tag)
{
    public static StackImage Postgres { get; } = new("postgres", "15.14-bookworm");

    public static StackImage Prometheus { get; } = new("prom/prometheus", "v2.42.0");

    public static StackImage Loki { get; } = new("grafana/loki", "3.5.1");

    public static StackImage Grafana { get; } = new("grafana/grafana", "11.2.2");

    public static StackImage Ollama { get; } = new("ollama/ollama", "0.3.12");
}
