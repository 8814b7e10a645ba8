using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace ApeTest.Cli.Progress;

/// <summary>
/// Keys of this process's terminal. While they are read the terminal does not show them; the runtime gives it its settings back when the
/// process ends, is suspended or is ended by a signal that can be heard. In the background (<c>&amp;</c>, <c>bg</c>) the terminal is somebody else's:
/// nothing is read, because whoever does is stopped (SIGTTIN).
/// </summary>
internal sealed partial class TerminalKeys(TimeProvider time) : IKeySource
{
    private const int Pending = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public ChannelReader<char> Listen(CancellationToken cancellationToken)
    {
        var keys = Channel.CreateBounded<char>(new BoundedChannelOptions(Pending) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });
        // A thread of its own, which may be waiting for a key when the process ends.
        new Thread(() => Read(keys.Writer, cancellationToken)) { IsBackground = true, Name = "keys" }.Start();
        return keys.Reader;
    }

    private void Read(ChannelWriter<char> keys, CancellationToken cancellationToken)
    {
        IgnoreBackgroundReads();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (IsForeground())
                {
                    // Waits: between two short looks the terminal would show what is typed.
                    keys.TryWrite(Console.ReadKey(intercept: true).KeyChar);
                    continue;
                }
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // The terminal was closed, or is somebody else's by now.
            }
            using var pause = new CancellationTokenSource(Pause, time);
            WaitHandle.WaitAny([cancellationToken.WaitHandle, pause.Token.WaitHandle]);
        }
    }

    // Between the question whether we are in front and the read, we may be put in the background: the read then fails instead of stopping us.
    private static void IgnoreBackgroundReads()
    {
        const int terminalInput = 21;
        const int ignore = 1;
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            _ = SetHandler(terminalInput, ignore);
        }
    }

    private static bool IsForeground() => OperatingSystem.IsWindows() || ForegroundGroup(0) == OwnGroup();

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();
}
