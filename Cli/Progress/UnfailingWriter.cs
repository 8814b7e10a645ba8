using System.Text;

namespace ApeTest.Cli.Progress;

/// <summary>
/// Standard error, or a terminal, which nobody may be able to read any more: the terminal was closed (EIO), the stream was (EBADF), the
/// disk is full. What cannot be told is dropped, because a run must not end for it.
/// </summary>
internal sealed class UnfailingWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // There is nowhere left to tell it.
        }
    }
}
