using System.Buffers;
using ApeTest.ServiceDefaults.Metrics;
using Serilog.Sinks.File;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>Of a service's log only the latest files are kept: the lines of one that is deleted for a new one are counted as dropped.</summary>
internal sealed class DeletedLines(RecordsDropped dropped) : FileLifecycleHooks
{
    private const int BufferBytes = 1 << 20;

    /// <inheritdoc/>
    public override void OnFileDeleting(string path)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                dropped.Add(RecordsDropped.Log, buffer.AsSpan(0, read).Count((byte)'\n'));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then the number is too low; the log itself must go on.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
