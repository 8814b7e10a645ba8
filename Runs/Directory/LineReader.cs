using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ApeTest.Runs.Directory;

/// <summary>
/// Lines of a file as bytes, at constant memory, while another process may be writing it: at the present end reading stops, and goes on
/// when more has come. A line longer than the cap is left out and counted. A file that was cut back is read from its beginning again.
/// Use: <see cref="TryRead"/> until it is false, then <see cref="FillAsync"/>, and again. Not thread-safe.
/// </summary>
internal sealed class LineReader : IDisposable
{
    private const int FirstBufferBytes = 256 << 10;

    private readonly SafeFileHandle _file;
    private readonly int _mostBytes;
    private byte[] _buffer;
    private int _begin;
    private int _end;
    // Where the search for a newline goes on: what stands before holds none.
    private int _searched;
    private bool _leavingOut;

    private LineReader(SafeFileHandle file, int mostBytes, int bufferBytes)
    {
        _file = file;
        _mostBytes = mostBytes;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(bufferBytes, mostBytes + 1));
    }

    /// <summary>Lines that were left out because they are longer than the cap.</summary>
    public long TooLong { get; private set; }

    /// <summary>Bytes of the file read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Opens a file; null where there is none. Other errors pass through.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mostBytes">Most bytes of a line.</param>
    /// <param name="bufferBytes">Bytes read at a time, at most as many as a line may have. Default 256 KB.</param>
    public static LineReader? Open(string path, int mostBytes, int bufferBytes = FirstBufferBytes)
    {
        try
        {
            return new LineReader(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                FileOptions.Asynchronous | FileOptions.SequentialScan), mostBytes, bufferBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The next line that is read already, without its newline (LF or CRLF). Valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (length < 0)
            {
                _searched = _end;
                line = default;
                return false;
            }
            line = _buffer.AsSpan(_begin, _searched + length - _begin);
            _begin = _searched += length + 1;
            if (_leavingOut || line.Length > _mostBytes)
            {
                _leavingOut = false;
                TooLong++;
                continue;
            }
            line = line.TrimEnd((byte)'\r');
            return true;
        }
    }

    /// <summary>Reads on; false at the present end of the file.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await RandomAccess.ReadAsync(_file, _buffer.AsMemory(_end), Position, cancellationToken);
        if (read == 0 && RandomAccess.GetLength(_file) < Position)
        {
            (Position, _begin, _end, _searched, _leavingOut) = (0, 0, 0, 0, false);
            read = await RandomAccess.ReadAsync(_file, _buffer, Position, cancellationToken);
        }
        _end += read;
        Position += read;
        return read > 0;
    }

    /// <summary>What stands behind the last newline, once nobody writes any more.</summary>
    public bool TryReadRest(out ReadOnlySpan<byte> line)
    {
        line = _buffer.AsSpan(_begin, _end - _begin).TrimEnd((byte)'\r');
        _begin = _searched = _end;
        return line.Length > 0 && !_leavingOut;
    }

    public void Dispose()
    {
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void MakeRoom()
    {
        if (_leavingOut || _end - _begin > _mostBytes)
        {
            _leavingOut = true;
            _begin = _end = _searched = 0;
        }
        else if (_begin > 0)
        {
            _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
            _end -= _begin;
            _searched -= _begin;
            _begin = 0;
        }
        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(2 * _buffer.Length, _mostBytes + 1));
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
