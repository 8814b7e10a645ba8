namespace ApeTest.ServiceDefaults.Metrics;

/// <summary>
/// Meters that <c>/metrics</c> leaves out: a measurement that nobody listens to costs a request nothing. A service adds what its own metrics
/// tell better (<c>services.Configure&lt;UnaskedMeters&gt;</c>).
/// </summary>
public sealed class UnaskedMeters
{
    /// <summary>Names of meters. At first those that measure each request several times, of what nobody who loads a target asks about.</summary>
    public ISet<string> Names { get; } = new HashSet<string>(StringComparer.Ordinal) { "Microsoft.AspNetCore.MemoryPool", "Microsoft.AspNetCore.Routing" };
}
