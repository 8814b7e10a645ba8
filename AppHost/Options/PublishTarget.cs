namespace ApeTest.AppHost.Options;

/// <summary>What the application model is published as.</summary>
internal enum PublishTarget
{
    /// <summary>A Docker Compose file.</summary>
    Compose,

    /// <summary>A Helm chart for Kubernetes.</summary>
    Kubernetes,
}
