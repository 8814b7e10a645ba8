using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>
/// The budget file of a running proxy: JSON lines (<see cref="LedgerLine"/>), appended ahead of the truth and rewritten when most of them are outdated. A line is with
/// the operating system before its call leaves, so the end of the process, however sudden, forgets nothing. Thread-safe.
/// </summary>
internal sealed partial class BudgetLedger : IDisposable
{
    private const int FewestLines = 1024;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<(BudgetOwner Owner, string Name), LedgerEntry> _entries = []; // found without waiting for a disk
    private readonly ArrayBufferWriter<byte> _text = new(256);
    private readonly LedgerFiles _files;
    private readonly ILogger _logger;

    private Stream? _file; // null: the file has to be rewritten before anything can be appended
    private long _length; // up to here the file is good
    private long _order;
    private int _lines;
    private int _rewriteAt;
    private bool _failing;
    private bool _closed;

    private BudgetLedger(LedgerFiles files, ILogger logger) => (_files, _logger) = (files, logger);

    /// <summary>Every budget of the file, the one written longest ago first.</summary>
    public IReadOnlyList<LedgerEntry> Entries => [.. _entries.Values.OrderBy(entry => entry.Order)];

    /// <summary>
    /// Takes the file for this process, reads it and rewrites it with one line a budget. Throws <see cref="LlmProxyConfigException"/> where another proxy has it, where
    /// it cannot be read or written, and where a line is corrupt; then the file is left as it was.
    /// </summary>
    public static BudgetLedger Open(LedgerFiles files, ILogger logger)
    {
        var ledger = new BudgetLedger(files, logger);
        try
        {
            files.Lock();
            using (var old = files.OpenOld())
            {
                if (old is not null)
                {
                    LedgerReader.Read(old, files.Path, ledger.Found);
                }
                else if (files.WasUsed)
                {
                    ledger.LogMissing(files.Path);
                }
            }

            ledger.Rewrite();
            return ledger;
        }
        catch (Exception error)
        {
            files.Dispose();
            if (!IsUnwritable(error))
            {
                throw;
            }

            throw new LlmProxyConfigException([
                $"budgets.file: {files.Path} cannot be used ({error.Message}); name a file in a directory that exists and that the proxy may write (in a container mount the directory, not the file)"]);
        }
    }

    /// <summary>The budget of that name, new or as the file has it.</summary>
    public LedgerEntry Entry(BudgetOwner owner, string name) =>
        _entries.GetOrAdd((owner, name), static key => new LedgerEntry(key.Owner, key.Name));

    /// <summary>Leaves a budget out when the file is rewritten next.</summary>
    public void Forget(LedgerEntry entry) => _entries.TryRemove((entry.Owner, entry.Name), out _);

    /// <summary>Writes what a budget has to say, unless it is written. False: it cannot be written now, and the next attempt may go well.</summary>
    public bool TryWrite(in LedgerMark mark)
    {
        if (mark.IsWritten)
        {
            return true;
        }

        lock (_lock)
        {
            if (mark.IsWritten)
            {
                return true;
            }

            if (_closed)
            {
                return false;
            }

            try
            {
                Append(mark);
            }
            catch (Exception error) when (IsUnwritable(error))
            {
                if (!_failing)
                {
                    _failing = true;
                    LogUnwritable(_files.Path, error.Message);
                }

                return false;
            }

            if (_failing)
            {
                _failing = false;
                LogWritable(_files.Path);
            }

            RewriteIfLong();
            return true;
        }
    }

    /// <summary>Writes the true figures in the place of those that run ahead, and lets go of the file. Nothing is written afterwards.</summary>
    public void Close(IEnumerable<(LedgerEntry Entry, Amounts Amounts)> budgets)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            foreach (var (entry, amounts) in budgets)
            {
                (entry.Amounts, entry.Version) = (amounts, -1); // from here on no mark is covered: a call that comes late is refused
            }

            try
            {
                Rewrite();
            }
            catch (Exception error) when (IsUnwritable(error))
            {
                LogNotRewritten(_files.Path, error.Message); // what it says runs ahead of the truth, which is safe
            }

            _file?.Dispose();
            _files.Dispose();
        }
    }

    public void Dispose() => Close([]);

    private static bool IsUnwritable(Exception error) => error is IOException or UnauthorizedAccessException or NotSupportedException;

    private void Found(BudgetOwner owner, string name, Amounts amounts)
    {
        var entry = Entry(owner, name);
        (entry.Amounts, entry.Order) = (amounts, ++_order);
    }

    private void Append(in LedgerMark mark)
    {
        if (_file is null)
        {
            Rewrite();
        }
        else if (!_files.IsInPlace(_file, _length))
        {
            Rewrite();
            LogLost(_files.Path);
        }

        var entry = mark.Entry!;
        _text.ResetWrittenCount();
        LedgerLine.Write(_text, entry.Owner, entry.Name, mark.Amounts);
        if (_file.Length != _length)
        {
            _file.SetLength(_length); // a line before this one was written in part
        }

        _file.Position = _length;
        _file.Write(_text.WrittenSpan);
        _length += _text.WrittenCount;
        _lines++;
        (entry.Amounts, entry.Order, entry.Version) = (mark.Amounts, ++_order, mark.Version);
    }

    private void RewriteIfLong()
    {
        if (_lines < _rewriteAt)
        {
            return;
        }

        try
        {
            Rewrite();
        }
        catch (Exception error) when (IsUnwritable(error))
        {
            // The old file still holds and can be appended to, unless it was the last step that failed: then the next call rewrites.
            _rewriteAt = _lines * 2;
            LogNotRewritten(_files.Path, error.Message);
        }
    }

    [MemberNotNull(nameof(_file))]
    private void Rewrite()
    {
        var text = new ArrayBufferWriter<byte>(4096);
        text.Write(System.Text.Encoding.UTF8.GetBytes(LedgerLine.Header + "\n"));
        var lines = 0;
        foreach (var entry in Entries)
        {
            if (entry.Amounts != default)
            {
                LedgerLine.Write(text, entry.Owner, entry.Name, entry.Amounts);
                lines++;
            }
        }

        var file = _files.CreateNew(text.WrittenSpan);
        _file?.Dispose(); // Windows does not replace a file that is open
        _file = null;
        try
        {
            _files.Replace();
        }
        catch
        {
            file.Dispose();
            throw;
        }

        (_file, _length, _lines) = (file, text.WrittenCount, lines);
        _rewriteAt = Math.Max(FewestLines, 3 * lines);
    }

    [LoggerMessage(EventName = "llm.budgets.unwritable", Level = LogLevel.Error,
        Message = "the budget file {path} cannot be written ({error}): calls with a budget are refused until it can")]
    private partial void LogUnwritable(string path, string error);

    [LoggerMessage(EventName = "llm.budgets.writable", Level = LogLevel.Information, Message = "the budget file {path} can be written again")]
    private partial void LogWritable(string path);

    [LoggerMessage(EventName = "llm.budgets.missing", Level = LogLevel.Warning,
        Message = "the budget file {path} is gone, though a proxy has used it before ({path}.lock): this one starts with nothing spent")]
    private partial void LogMissing(string path);

    [LoggerMessage(EventName = "llm.budgets.lost", Level = LogLevel.Warning,
        Message = "the budget file {path} was deleted, replaced or cut off while it was in use: every figure was written anew")]
    private partial void LogLost(string path);

    [LoggerMessage(EventName = "llm.budgets.not_rewritten", Level = LogLevel.Warning,
        Message = "the budget file {path} could not be rewritten ({error}): it keeps outdated lines for now")]
    private partial void LogNotRewritten(string path, string error);
}
