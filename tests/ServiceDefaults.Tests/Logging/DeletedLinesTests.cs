using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Logging;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Serilog;

namespace ApeTest.ServiceDefaults.Tests.Logging;

public class DeletedLinesTests
{
    [Fact]
    public void Log_RolledOverMoreOftenThanFilesAreKept_CountsTheLinesThatWent()
    {
        using var directory = new TempDirectory();
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var dropped = new RecordsDropped(services.GetRequiredService<IMeterFactory>());
        const int Lines = 100;
        using (var log = new LoggerConfiguration().WriteTo.File(directory.Combine("x.jsonl"), fileSizeLimitBytes: 500, rollOnFileSizeLimit: true,
            retainedFileCountLimit: 2, hooks: new DeletedLines(dropped)).CreateLogger())
        {
            for (var i = 0; i < Lines; i++)
            {
                log.Information("line {Number}", i);
            }
        }

        var kept = Directory.GetFiles(directory.Path).Sum(file => File.ReadLines(file).Count());
        Assert.InRange(kept, 1, Lines - 1);
        Assert.Equal(Lines - kept, dropped.Total);
    }
}
