using System.Text;
using ApeTest.Runs.Directory;

namespace ApeTest.Observability.Reports;

/// <summary>Writes a run's <c>report.html</c>.</summary>
public static class ReportFile
{
    /// <summary>Reads the run and writes its report beside its other files: the old file or the new one, never a part. Errors of the disk pass through (<see cref="IOException"/>).</summary>
    public static async Task WriteAsync(RunDirectory directory, TimeProvider time, CancellationToken cancellationToken)
    {
        var report = await RunReportReader.ReadAsync(directory, time, cancellationToken);
        var next = directory.ReportFile + ".tmp";
        try
        {
            await using (var output = new StreamWriter(next, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            {
                await HtmlReport.WriteAsync(report, output);
            }
            File.Move(next, directory.ReportFile, overwrite: true);
        }
        finally
        {
            File.Delete(next);
        }
    }
}
