using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Logging;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace ApeTest.ServiceDefaults.Tests.Logging;

public class BoundedLogSinkTests
{
    [Fact]
    public void Emit_SlowDisk_DropsAndCountsButNeverWaits()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var dropped = new RecordsDropped(services.GetRequiredService<IMeterFactory>());
        using var disk = new StuckDisk();
        using (var sink = new BoundedLogSink(new LoggerConfiguration().WriteTo.Sink(disk).CreateLogger(), dropped, capacity: 10))
        {
            sink.Emit(Event());
            Assert.True(disk.Writing.Wait(TestTimeouts.Default, TestContext.Current.CancellationToken));
            // One is being written, ten wait, the rest has no place.
            for (var i = 0; i < 25; i++)
            {
                sink.Emit(Event());
            }

            Assert.Equal(15, dropped.Total);
            disk.Free.Set();
        }

        Assert.Equal(11, disk.Written);
    }

    private static LogEvent Event()
    {
        return new LogEvent(DateTimeOffset.UnixEpoch, LogEventLevel.Information, null, new MessageTemplateParser().Parse("x"), []);
    }

    private sealed class StuckDisk : ILogEventSink, IDisposable
    {
        public ManualResetEventSlim Writing { get; } = new();

        public ManualResetEventSlim Free { get; } = new();

        public int Written { get; private set; }

        public void Emit(LogEvent logEvent)
        {
            Writing.Set();
            Free.Wait(TestTimeouts.Default);
            Written++;
        }

        public void Dispose()
        {
            Writing.Dispose();
            Free.Dispose();
        }
    }
}
