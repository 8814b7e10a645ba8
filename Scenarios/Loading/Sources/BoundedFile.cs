using System.Runtime.ExceptionServices;

namespace ApeTest.Scenarios.Loading.Sources;

/// <summary>
/// Reads a file that a user named, whatever it is: devices and pipes have no length, may never end, and may never begin. Neither memory
/// nor time depends on them.
/// </summary>
public static class BoundedFile
{
    /// <summary>A pipe must have delivered all it has within this time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The file's bytes, at most <paramref name="most"/> and one: the one more says that there is too much. Otherwise an
    /// <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> with the reason.
    /// </summary>
    public static byte[] Read(string path, int most)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("it is a directory");
        }
        var file = new FileInfo(path);
        if (file.Exists && file.Length > 0)
        {
            return ReadAtMost(path, most);
        }

        // No length: an empty file, a device or a pipe. Opening a pipe without a writer blocks where no token reaches.
        byte[] bytes = [];
        Exception? failure = null;
        var reader = new Thread(() =>
        {
            try
            {
                bytes = ReadAtMost(path, most);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                failure = exception;
            }
        }) { IsBackground = true };
        reader.Start();
        if (!reader.Join(Patience))
        {
            throw new IOException($"it is a pipe that gave no end within {Patience.TotalSeconds:0} s");
        }
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        return bytes;
    }

    private static byte[] ReadAtMost(string path, int most)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        using var memory = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (memory.Length <= most && stream.Read(buffer, 0, (int)Math.Min(buffer.Length, most + 1L - memory.Length)) is > 0 and var count)
        {
            memory.Write(buffer, 0, count);
        }
        return memory.ToArray();
    }
}
