using System.Text;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Directory;

public sealed class LineReaderTests : IDisposable
{
    private const int SmallBuffer = 16;
    private const int Cap = 40;
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Read_NewlinesAtEachPlaceOfTheBuffer_SplitsLines(string newline)
    {
        for (var length = 0; length < 3 * SmallBuffer && length <= Cap - 1; length++)
        {
            string[] lines = [new('a', length), "b", "", new('c', length)];

            Assert.Equal(lines, (await ReadAsync(string.Join(newline, lines) + newline)).Lines);
        }
    }

    [Fact]
    public async Task Read_LastLineWithoutNewline_IsTheRest()
    {
        Assert.Equal(["a", "rest"], (await ReadAsync("a\nrest")).Lines);
        Assert.Empty((await ReadAsync("")).Lines);
    }

    [Fact]
    public async Task Read_LinesAboveTheCap_AreLeftOutAndCounted()
    {
        for (var length = Cap + 1; length < 5 * Cap; length++)
        {
            var (lines, tooLong) = await ReadAsync($"a\n{new string('x', length)}\n{new string('k', Cap)}\nb");

            Assert.Equal(["a", new string('k', Cap), "b"], lines);
            Assert.Equal(1, tooLong);
        }
    }

    [Fact]
    public async Task Read_LastLineAboveTheCapWithoutNewline_IsLeftOut()
    {
        Assert.Equal(["a"], (await ReadAsync($"a\n{new string('x', 5 * Cap)}")).Lines);
    }

    [Fact]
    public async Task Read_WhileTheFileGrows_GoesOnWhereItStopped()
    {
        var path = _temp.Write("log", "one\ntw");
        using var lines = LineReader.Open(path, Cap, SmallBuffer)!;

        Assert.Equal(["one"], await PresentAsync(lines));
        File.AppendAllText(path, "o\n");
        Assert.Equal(["two"], await PresentAsync(lines));
        Assert.Empty(await PresentAsync(lines));
        File.AppendAllText(path, "three\n");
        Assert.Equal(["three"], await PresentAsync(lines));
    }

    [Fact]
    public async Task Read_AFileThatWasCutBack_BeginsAnew()
    {
        var path = _temp.Write("log", "one\ntwo\nhal");
        using var lines = LineReader.Open(path, Cap, SmallBuffer)!;
        await PresentAsync(lines);

        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
            file.Write("new\n"u8);
        }

        Assert.Equal(["new"], await PresentAsync(lines));
    }

    [Fact]
    public void Open_NoSuchFile_IsNull() => Assert.Null(LineReader.Open(_temp.Combine("nowhere", "log"), Cap));

    private async Task<(string[] Lines, long TooLong)> ReadAsync(string content)
    {
        using var lines = LineReader.Open(_temp.Write("log", content), Cap, SmallBuffer)!;
        var read = await PresentAsync(lines);
        if (lines.TryReadRest(out var rest))
        {
            read.Add(Encoding.UTF8.GetString(rest));
        }
        return ([.. read], lines.TooLong);
    }

    private static async Task<List<string>> PresentAsync(LineReader lines)
    {
        var read = new List<string>();
        do
        {
            while (lines.TryRead(out var line))
            {
                read.Add(Encoding.UTF8.GetString(line));
            }
        }
        while (await lines.FillAsync(TestContext.Current.CancellationToken));
        return read;
    }
}
