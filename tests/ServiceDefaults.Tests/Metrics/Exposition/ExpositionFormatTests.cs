using ApeTest.ServiceDefaults.Metrics.Exposition;

namespace ApeTest.ServiceDefaults.Tests.Metrics.Exposition;

public class ExpositionFormatTests
{
    [Theory]
    // Prometheus 2.42, 2.53 and 3.
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.2", true)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("Application/OpenMetrics-Text; version=\"1.0.0\"; charset=utf-8", true)]
    [InlineData("application/openmetrics-text;q=0.5, text/plain;q=0.5", true)]
    // Who likes text better, or OpenMetrics not at all, or another version of it.
    [InlineData("application/openmetrics-text;q=0.2, text/plain;q=0.9", false)]
    [InlineData("application/openmetrics-text;q=0.2, text/*;q=0.9", false)]
    [InlineData("application/openmetrics-text;q=0, */*", false)]
    [InlineData("application/openmetrics-text;version=2.0.0", false)]
    // Browsers, curl, nothing, nonsense.
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false)]
    [InlineData("*/*", false)]
    [InlineData("", false)]
    [InlineData(";;;", false)]
    public void Choose_Accept_IsWhatTheClientLikesBest(string accept, bool openMetrics)
    {
        Assert.Equal(openMetrics ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text, ExpositionFormats.Choose(accept));
    }
}
