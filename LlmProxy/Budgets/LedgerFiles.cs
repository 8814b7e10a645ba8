using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>
/// The files behind a <see cref="BudgetLedger"/>: the budget file, <c>{file}.new</c> while it is rewritten, and <c>{file}.lock</c>, which one process holds as long as it
/// lives (a lock on the file itself would go with the old file when a new one takes its place). Readable by their owner only.
/// </summary>
/// <param name="file">Path of the budget file; what a link points to is meant, not the link.</param>
/// <param name="create">Creates a file, for tests of a full disk. Default: the file system.</param>
internal sealed class LedgerFiles(string file, Func<string, Stream>? create = null) : IDisposable
{
    // Errors of the operating system for a file that is in use: EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION.
    private static readonly int[] InUse = [11, 35, unchecked((int)0x80070020)];

    private readonly Func<string, Stream> _create = create ?? (path => Open(path, FileMode.Create, FileShare.Read | FileShare.Delete));
    private FileStream? _lock;

    public string Path { get; } = Target(System.IO.Path.GetFullPath(file));

    private string NewPath => Path + ".new";

    /// <summary>Whether a proxy has had the file before.</summary>
    public bool WasUsed { get; private set; }

    /// <summary>Holds the file against other proxies until disposed. Throws <see cref="LlmProxyConfigException"/> where one has it.</summary>
    public void Lock()
    {
        try
        {
            WasUsed = File.Exists(Path + ".lock");
            _lock = Open(Path + ".lock", FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException error) when (Array.IndexOf(InUse, error.HResult) >= 0)
        {
            throw new LlmProxyConfigException([
                $"budgets.file: {Path} is in use by another proxy, and two could spend the same budget twice; stop that one or give each its own file"]);
        }
    }

    /// <summary>The file as it is; null where there is none. Throws <see cref="IOException"/> where it is a directory or a device, which must not be replaced.</summary>
    public FileStream? OpenOld()
    {
        if (!System.IO.Path.Exists(Path))
        {
            return null;
        }

        return IsDevice(Path) || Directory.Exists(Path)
            ? throw new IOException("it is a directory or a device")
            : new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Writes the file that is to take the place of the old one, down to the disk, and leaves it open.</summary>
    public Stream CreateNew(ReadOnlySpan<byte> text)
    {
        File.Delete(NewPath); // left by a process that was killed, with whatever mode it has
        var file = _create(NewPath);
        try
        {
            file.Write(text);
            (file as FileStream)?.Flush(flushToDisk: true);
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(NewPath);
            throw;
        }
    }

    /// <summary>Puts the new file in the place of the old one: a reader sees either, never a part.</summary>
    public void Replace() => File.Move(NewPath, Path, overwrite: true);

    /// <summary>Whether an open file is still what the path leads to, as long as it ought to be: not deleted, replaced or cut off by somebody else.</summary>
    public bool IsInPlace(Stream file, long length)
    {
        var seen = new FileInfo(Path);
        return seen.Exists && seen.Length >= length && seen.Length == file.Length
            && (file is not FileStream open || File.GetLastWriteTimeUtc(open.SafeFileHandle) == seen.LastWriteTimeUtc); // .NET tells no inodes
    }

    public void Dispose() => _lock?.Dispose();

    private static string Target(string path) =>
        System.IO.Path.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    // .NET does not tell a device such as /dev/null from a file; shared memory is files.
    private static bool IsDevice(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
