using System.Text.Json;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// The file: a line with the schema, then one line an exchange. Lines are read again when they are replayed, so memory holds where they are and not what they say.
/// Who writes it has it alone; several may replay it. Thread-safe for reads; one thread writes. A file that is made is its owner's alone (0600), since prompts and
/// answers stand in it; and is gone again when nothing was recorded.
/// </summary>
internal sealed class CassetteFile : IDisposable
{
    /// <summary>Largest file, bytes: 256 MiB.</summary>
    public const long Largest = 256L << 20;

    private readonly FileStream _stream;
    private readonly bool _replay;
    private readonly bool _isNew;
    private long _end; // 0: what is in the file, if anything, goes with the first line that is written

    private CassetteFile(string path, FileStream stream, bool replay, bool isNew) => (Path, _stream, _replay, _isNew) = (path, stream, replay, isNew);

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

            var isNew = !File.Exists(path);
            return new CassetteFile(path, new FileStream(path, Options(replay)), replay, isNew);
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

        return cut;
    }

    /// <summary>
    /// Lets the first line that is written replace what is in it, if that is a cassette at all: another file that was named by mistake is refused. Until then it stays
    /// as it is, so that a start that fails elsewhere, or a run that records nothing, loses nothing.
    /// </summary>
    public void Replace()
    {
        if (CassetteLines.Read(_stream).FirstOrDefault() is { } first && !IsHeader(first))
        {
            throw Wrong($"{Path} line 1: is not {{\"schema\":\"{ExchangeLine.Schema}\"}}, so the file is no cassette and is not overwritten; name another in cassette.file");
        }
    }

    /// <summary>Writes one line at the end; null: the file is full. Throws <see cref="IOException"/>, and then the lines before it are as they were.</summary>
    public LinePlace? TryAppend(byte[] line, int number)
    {
        if (_end + line.Length > Largest)
        {
            return null;
        }

        if (_end == 0)
        {
            _stream.SetLength(0);
            Append(ExchangeLine.Header);
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

    public void Dispose()
    {
        _stream.Dispose();
        if (_isNew && _end == 0)
        {
            Remove();
        }
    }

    private static FileStreamOptions Options(bool replay)
    {
        // Without a buffer: a line is one write. FileShare.None is what keeps a second writer out.
        var options = new FileStreamOptions { BufferSize = 0, Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read };
        if (!replay)
        {
            (options.Mode, options.Access, options.Share) = (FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
        }

        return options;
    }

    // Whoever replays what was never recorded is better told that there is no such file.
    private void Remove()
    {
        try
        {
            if (new FileInfo(Path) is { Exists: true, Length: 0 } file)
            {
                file.Delete();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An empty file is read as a cassette without exchanges.
        }
    }

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
