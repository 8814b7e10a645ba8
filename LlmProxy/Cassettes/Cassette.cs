using System.Collections.Concurrent;
using System.Text.Json;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// The cassette of a proxy, shared by all its providers. Lines are made and written by one thread of its own, so no stream waits for it; what it cannot keep up with
/// is left out, counted and logged. Disposing it writes what is still to be written.
/// </summary>
internal sealed partial class Cassette : IDisposable
{
    /// <summary>Largest answer that is recorded, bytes: 8 MiB.</summary>
    public const int LargestAnswer = 8 << 20;

    /// <summary>Bytes of answers that are held at a time, over all calls: 128 MiB.</summary>
    private const long MostHeld = 128L << 20;

    private const int MostWaiting = 1024;

    private readonly ILogger _logger;
    private readonly CassetteFile _file;
    private readonly CassetteIndex _index = new();
    private readonly BlockingCollection<Recording> _ended = new(MostWaiting);
    private readonly ConcurrentDictionary<string, Task> _pending = new(StringComparer.Ordinal);
    private readonly Thread? _writer;
    private int _lines = 1;
    private long _held;
    private long _recorded;
    private long _skipped;
    private volatile string? _lastReason;
    private int _disposed;

    /// <summary>Opens the file. Throws <see cref="LlmProxyConfigException"/> when it is missing, in use, damaged or too large.</summary>
    public Cassette(CassetteOptions options, ILogger? logger = null)
    {
        (Mode, Speed) = (options.Mode, options.Speed);
        _logger = logger ?? NullLogger.Instance;
        _file = CassetteFile.Open(options.File!, Mode);
        try
        {
            Load();
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        if (Mode != CassetteMode.Replay)
        {
            _writer = new Thread(WriteAll) { IsBackground = true, Name = "cassette" };
            _writer.Start();
        }
    }

    public CassetteMode Mode { get; }

    /// <summary>1 as recorded, 10 ten times as fast, 0 without pauses.</summary>
    public double Speed { get; }

    /// <summary>The file's name, for messages to clients, who need not know where it lies.</summary>
    public string Name => Path.GetFileName(_file.Path);

    /// <summary>Exchanges written since the start.</summary>
    public long Recorded => Interlocked.Read(ref _recorded);

    /// <summary>Exchanges left out since the start, for any of <see cref="SkipReasons"/>.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <summary>Why the last of them was; null for none.</summary>
    public string? LastReason => _lastReason;

    public IReadOnlyList<string> Models(string provider) => _index.Models(provider);

    /// <summary>The recorded answer whose turn it is; null: none. Throws <see cref="JsonException"/> or <see cref="IOException"/> when the file was changed meanwhile.</summary>
    public async ValueTask<Exchange?> FindAsync(string key, string session, CancellationToken cancellationToken)
    {
        if (_pending.TryGetValue(key, out var written))
        {
            await written.WaitAsync(cancellationToken);
        }

        // A refusal (quota, overload) is replayed as one, but where the provider may be asked it is asked again.
        return _index.Next(key, session, errors: Mode == CassetteMode.Replay) is { } entry ? _file.Read(entry.Place) : null;
    }

    /// <summary>The recorded requests that have most in common with one that is not recorded, with their lines.</summary>
    public IEnumerable<(LinePlace Place, byte[] Request)> Nearest(string provider, RequestKind kind, byte[] request, int count) =>
        _index.Nearest(provider, kind, request, count).Select(entry => (entry.Place, _file.Read(entry.Place).Request));

    /// <summary>Asks for memory for more of an answer; false: there is none.</summary>
    public bool TryHold(Recording recording, int bytes)
    {
        if (recording.Length + bytes > LargestAnswer)
        {
            return false;
        }

        if (Interlocked.Add(ref _held, bytes) <= MostHeld)
        {
            return true;
        }

        Interlocked.Add(ref _held, -bytes);
        return false;
    }

    /// <summary>Takes an exchange that has ended. Never waits.</summary>
    public void Add(Recording recording)
    {
        if (Mode == CassetteMode.Auto)
        {
            _pending[recording.Request.Key] = recording.Written.Task;
        }

        if (_ended.IsAddingCompleted || !_ended.TryAdd(recording))
        {
            Skip(recording, SkipReasons.Busy, recording.Length);
        }
    }

    /// <summary>Leaves an exchange out, and gives its memory back.</summary>
    public void Skip(Recording recording, string reason, int held)
    {
        _lastReason = reason;
        Interlocked.Increment(ref _skipped);
        LogSkipped(recording.Provider, reason);
        Settle(recording, held);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return; // a container disposes a service once for each of its names
        }

        _ended.CompleteAdding();
        _writer?.Join();
        _file.Dispose();
        _ended.Dispose();
        if (_writer is not null)
        {
            LogClosed(_file.Path, Recorded, Skipped);
        }
    }

    private void Load()
    {
        if (Mode == CassetteMode.Record)
        {
            _file.Replace();
            return;
        }

        var cut = _file.Load((exchange, place) =>
        {
            _index.Add(exchange, place);
            _lines = place.Number;
        });
        if (cut is { } number)
        {
            LogRepaired(_file.Path, number);
        }
    }

    private void WriteAll()
    {
        foreach (var recording in _ended.GetConsumingEnumerable())
        {
            try
            {
                if (TryWrite(recording) is { } reason)
                {
                    Skip(recording, reason, recording.Length);
                }
                else
                {
                    Interlocked.Increment(ref _recorded);
                    Settle(recording, recording.Length);
                }
            }
            catch (Exception error) // the edge of this thread: one answer that cannot be written must not end the others
            {
                LogFailed(_file.Path, error);
                Skip(recording, SkipReasons.Failed, recording.Length);
            }
        }
    }

    // Null: written. Otherwise why not.
    private string? TryWrite(Recording recording)
    {
        var (exchange, reason) = RecordingReader.Read(recording);
        if (exchange is null)
        {
            return reason;
        }

        var line = ExchangeLine.Write(exchange);
        if (RecordingReader.HasKey(line, recording.Redactor))
        {
            return SkipReasons.Secret;
        }

        if (_file.TryAppend(line, _lines + 1) is not { } place)
        {
            return SkipReasons.Full;
        }

        _lines++;
        if (Mode == CassetteMode.Auto)
        {
            _index.Add(exchange, place);
        }

        return null;
    }

    private void Settle(Recording recording, int held)
    {
        Interlocked.Add(ref _held, -held);
        _pending.TryRemove(KeyValuePair.Create(recording.Request.Key, (Task)recording.Written.Task));
        recording.Written.TrySetResult();
    }

    [LoggerMessage(EventName = "cassette.skipped", Level = LogLevel.Warning, Message = "an answer of {provider} is not recorded: {reason}")]
    private partial void LogSkipped(string provider, string reason);

    [LoggerMessage(EventName = "cassette.failed", Level = LogLevel.Error, Message = "{file} could not be written")]
    private partial void LogFailed(string file, Exception error);

    [LoggerMessage(EventName = "cassette.repaired", Level = LogLevel.Warning, Message = "{file}: line {line} was cut off and is removed")]
    private partial void LogRepaired(string file, int line);

    [LoggerMessage(EventName = "cassette.closed", Level = LogLevel.Information, Message = "{file}: {recorded} exchanges recorded, {skipped} left out")]
    private partial void LogClosed(string file, long recorded, long skipped);
}
