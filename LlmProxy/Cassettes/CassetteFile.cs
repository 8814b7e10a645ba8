using System.Text.Json;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// The file: a line with the schema, then one line an exchange. Lines are read again when they are replayed, so memory holds where they are and not what they say.
/// Who writes it has it alone; several may replay it. Thread-safe for reads; one thread writes.
/// </summary>
internal sealed class CassetteFile : IDisposable
{
    /// <summary>Largest file, bytes: 256 MiB.</summary>
    public const long Largest = 256L << 20;

    private readonly FileStream _stream;
    private readonly bool _replay;
    private long _end;

    private CassetteFile(string path, FileStream stream, bool replay) => (Path, _stream, _replay) = (path, stream, replay);

    public string Path { get; }

    /// <summary>Opens it as the mode needs it. Throws <see cref="LlmProxyConfigException"/>.</summary>
    public static CassetteFile Open(string path, CassetteMode mode)
    {
        var replay = mode == CassetteMode.Replay;
        try
        {
            if (!replay && System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } directory)
            {
                Directory.CreateDirectory(directory);
            }

            // Without a buffer: a line is one write. FileShare.None is what keeps a second writer out.
            var stream = new FileStream(path, replay ? FileMode.Open : FileMode.OpenOrCreate, replay ? FileAccess.Read : FileAccess.ReadWrite,
                replay ? FileShare.Read : FileShare.None, bufferSize: 0);
            return new CassetteFile(path, stream, replay);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Wrong($"{path}: there is no such file to replay; record it first with cassette.mode record (or auto), or correct cassette.file");
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw Wrong($"{path}: is in use ({error.Message}); a cassette is recorded by one proxy at a time: stop the other one, or give this one its own file");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Wrong($"{path}: cannot be opened ({error.Message}); name a file that may be {(replay ? "read" : "written")} in cassette.file");
        }
    }

    /// <summary>
    /// Hands every exchange to <paramref name="take"/>. A last line that was cut off is removed where the file is written, and its number returned; null: there was
    /// none. Any other line that cannot be read throws <see cref="LlmProxyConfigException"/> with its number.
    /// </summary>
    public int? Load(Action<Exchange, LinePlace> take)
    {
        if (_stream.Length > Largest)
        {
            throw Wrong($"{Path}: has {_stream.Length >> 20} MiB; a cassette may have {Largest >> 20}: split it by scenario, or record shorter sessions");
        }

        var (number, cut) = (0, (int?)null);
        foreach (var line in CassetteLines.Read(_stream))
        {
            number++;
            try
            {
                Load(line, number, take);
            }
            catch (JsonException error)
            {
                if (line.IsWhole || _replay)
                {
                    throw Wrong($"{Path} line {number}: {(line.IsWhole ? "" : "is cut off: ")}{error.Message} Delete the line{(line.IsWhole ? ", or record the cassette anew" : ", or start once with cassette.mode auto, which does so")}.");
                }

                _end = line.Offset;
                _stream.SetLength(_end);
                cut = number;
                break;
            }

            _end = line.Offset + line.Bytes.Length + (line.IsWhole ? 1 : 0);
            if (!line.IsWhole && !_replay)
            {
                Append("\n"u8);
            }
        }

        if (_end == 0 && !_replay)
        {
            Append(ExchangeLine.Header);
        }

        return cut;
    }

    /// <summary>Empties it, if it is a cassette at all: another file that was named by mistake is refused.</summary>
    public void Clear()
    {
        if (CassetteLines.Read(_stream).FirstOrDefault() is { } first && !IsHeader(first))
        {
            throw Wrong($"{Path} line 1: is not {{\"schema\":\"{ExchangeLine.Schema}\"}}, so the file is no cassette and is not overwritten; name another in cassette.file");
        }

        _stream.SetLength(0);
        _end = 0;
        Append(ExchangeLine.Header);
    }

    /// <summary>Writes one line at the end; null: the file is full. Throws <see cref="IOException"/>, and then the file is as it was.</summary>
    public LinePlace? TryAppend(byte[] line, int number)
    {
        if (_end + line.Length > Largest)
        {
            return null;
        }

        var place = new LinePlace(number, _end, line.Length - 1);
        Append(line);
        return place;
    }

    /// <summary>Reads an exchange again. Throws <see cref="JsonException"/> or <see cref="IOException"/> when the file was changed meanwhile.</summary>
    public Exchange Read(LinePlace place)
    {
        var bytes = new byte[place.Length];
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(_stream.SafeFileHandle, bytes.AsSpan(read), place.Offset + read);
            read += count > 0 ? count : throw new IOException($"{Path} line {place.Number} is gone");
        }

        return ExchangeLine.Read(bytes);
    }

    public void Dispose() => _stream.Dispose();

    private static bool IsHeader(CassetteLine line) =>
        ExchangeLine.IsHeader(line.Bytes) || (!line.IsWhole && ExchangeLine.Header.AsSpan().StartsWith(line.Bytes.Span)); // killed within its first line

    private void Load(CassetteLine line, int number, Action<Exchange, LinePlace> take)
    {
        if (number == 1)
        {
            if (!IsHeader(line))
            {
                throw Wrong($"{Path} line 1: is not {{\"schema\":\"{ExchangeLine.Schema}\"}}: this is no cassette, or one of another version; name another file in cassette.file");
            }

            if (!ExchangeLine.IsHeader(line.Bytes))
            {
                throw new JsonException("the schema line is not whole.");
            }

            return;
        }

        if (!line.Bytes.Span.Trim(" \t\r"u8).IsEmpty)
        {
            take(ExchangeLine.Read(line.Bytes), new LinePlace(number, line.Offset, line.Bytes.Length));
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_stream.SafeFileHandle, bytes, _end);
            _end += bytes.Length;
        }
        catch (IOException)
        {
            _stream.SetLength(_end); // a full disk may have taken half of it
            throw;
        }
    }

    private static LlmProxyConfigException Wrong(string error) => new([error]);
}

/// <summary>Where a line stands.</summary>
/// <param name="Number">From 1, the schema's line.</param>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Length">Bytes, without the line break.</param>
internal readonly record struct LinePlace(int Number, long Offset, int Length);
