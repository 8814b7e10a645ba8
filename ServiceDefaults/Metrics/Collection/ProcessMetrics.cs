using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>
/// What every Prometheus client tells of its process, under the names that all of them use
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). Services that share a process show the same figures.
/// </summary>
internal sealed class ProcessMetrics
{
    public ProcessMetrics(IMeterFactory meters)
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        var meter = meters.Create("ApeTest.Process");
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time of the process.");
        meter.CreateObservableGauge("process.resident_memory", () => (double)Environment.WorkingSet, "By", "Resident memory of the process.");
        meter.CreateObservableGauge("process.start_time", () => started, "s", "Start of the process, seconds since 1970.");
    }
}
