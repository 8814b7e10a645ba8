using System.Diagnostics.Metrics;
using ApeTest.Cli.Tests;
using ApeTest.ServiceDefaults.Metrics;
using Microsoft.Extensions.Options;
using ApeTest.ServiceDefaults.Metrics.Collection;
using ApeTest.ServiceDefaults.Metrics.Exposition;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Tests.Metrics.Exposition;

/// <summary>Our own text to the letter; what holds for every build's is in <see cref="MeasurementTests"/>.</summary>
public sealed class ExpositionTextTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IMeterFactory _meters;
    private readonly MetricsRegistry _registry;

    public ExpositionTextTests()
    {
        _meters = _services.GetRequiredService<IMeterFactory>();
        _registry = new MetricsRegistry(
            _meters, new RecordsDropped(_meters), Options.Create(new UnaskedMeters()), (family, labels) => new TextSeries(family, labels, TimeProvider.System));
    }

    public void Dispose()
    {
        _registry.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Write_EveryKindOfInstrument_MatchesGoldenFile()
    {
        EveryKind.Measure(_meters);

        Golden.Check("metrics.txt", ExpositionText.Write(_registry));
    }
}
