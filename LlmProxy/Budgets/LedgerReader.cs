using System.Text;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>Reads a budget file at start. What cannot be read stops the start: going on would forget what was spent.</summary>
internal static class LedgerReader
{
    private const int LongestLine = 64 << 10;

    /// <summary>
    /// Hands every entry to <paramref name="found"/>, in the file's order, and returns how many bytes of the file are good. Beyond those is at most a last line that
    /// was not written to its end, which no call has relied upon. Throws <see cref="LlmProxyConfigException"/>.
    /// </summary>
    public static long Read(Stream file, string path, Action<BudgetOwner, string, Amounts> found)
    {
        var buffer = new byte[LongestLine];
        var (start, end, good, number) = (0, 0, 0L, 0);
        while (true)
        {
            var read = file.Read(buffer.AsSpan(end));
            var ended = read == 0;
            end += read;
            while (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                Line(buffer.AsSpan(start, length), ++number, path, found);
                start += length + 1;
                good += length + 1;
            }

            if (ended)
            {
                // A new file takes its place with its first line in it: one without a whole line is no file of ours, or has lost what it held.
                return number > 0 ? good : throw (end == 0 ? Empty(path) : Foreign(path));
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
            {
                throw number == 0 ? Foreign(path) : Bad(path, number + 1, $"it is longer than {LongestLine} bytes");
            }
        }
    }

    private static void Line(ReadOnlySpan<byte> line, int number, string path, Action<BudgetOwner, string, Amounts> found)
    {
        line = line.TrimEnd((byte)'\r');
        if (number == 1)
        {
            if (!line.SequenceEqual(Encoding.UTF8.GetBytes(LedgerLine.Header)))
            {
                throw Foreign(path);
            }
        }
        else if (LedgerLine.TryRead(line, out var owner, out var name, out var amounts, out var error))
        {
            found(owner, name, amounts);
        }
        else
        {
            throw Bad(path, number, error);
        }
    }

    private static LlmProxyConfigException Empty(string path) =>
        new([$"budgets.file: {path} is there but empty, which no budget file is: what it held is lost; restore it, or delete it to start with nothing spent"]);

    private static LlmProxyConfigException Foreign(string path) =>
        new([$"budgets.file: {path} is not a budget file: its first line is not {LedgerLine.Header}; name another file, or move this one away to start with nothing spent"]);

    private static LlmProxyConfigException Bad(string path, int number, string error) =>
        new([$"budgets.file: {path} line {number} cannot be read ({error}); correct or delete that line, or move the file away to start with nothing spent"]);
}
