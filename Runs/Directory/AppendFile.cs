namespace ApeTest.Runs.Directory;

/// <summary>
/// A file that only grows, by whole entries, up to a cap. An entry that does not fit, or cannot be written, counts as dropped; a
/// failed write leaves no torn entry behind. Readers may read at any time.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="mostBytes">The cap.</param>
/// <param name="goesOn">Whether what another process wrote is kept and appended to. Default: the file begins anew.</param>
internal sealed class AppendFile(string path, long mostBytes, bool goesOn = false) : IDisposable
{
    private FileStream? _stream;
    private long _length = goesOn && File.Exists(path) ? new FileInfo(path).Length : 0;

    public long Dropped { get; private set; }

    public long Length => _length;

    /// <summary>Appends one entry. I/O errors pass through once the entry is counted as dropped.</summary>
    public void Append(ReadOnlySpan<byte> entry)
    {
        if (_length + entry.Length > mostBytes)
        {
            Dropped++;
            return;
        }
        try
        {
            _stream ??= new FileStream(path, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            _stream.Write(entry);
            _length += entry.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dropped++;
            CutBack();
            throw;
        }
    }

    public void Dispose() => _stream?.Dispose();

    private void CutBack()
    {
        try
        {
            _stream?.SetLength(_length);
        }
        catch (IOException)
        {
            // Then the entry stays torn; readers skip it.
        }
    }
}
