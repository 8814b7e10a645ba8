using OpenTelemetry.Resources;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>What exported telemetry says of its service.</summary>
internal static class ServiceResource
{
    /// <summary>
    /// <c>service.name</c>, the SDK, then <c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c>, which win.
    /// </summary>
    /// <param name="options">The service.</param>
    /// <param name="instance">Whether a random <c>service.instance.id</c> is told: metrics of several workers would mix without, and in Loki, which makes a label of it, each start would be a new stream.</param>
    public static ResourceBuilder Of(ServiceOptions options, bool instance) =>
        ResourceBuilder.CreateEmpty().AddService(options.Service, autoGenerateServiceInstanceId: instance).AddTelemetrySdk().AddEnvironmentVariableDetector();
}
