using System.Text;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class CassetteFileTests : CassetteFixture
{
    [Fact]
    public async Task Start_FileMissingInReplay_IsRefusedWithAdvice()
    {
        var error = await Assert.ThrowsAsync<LlmProxyConfigException>(() => StartAsync(CassetteMode.Replay));
        Assert.Contains($"{File}: there is no such file to replay; record it first", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CassetteMode.Replay)]
    [InlineData(CassetteMode.Auto)]
    public async Task Start_CorruptLine_IsRefusedWithItsNumber(CassetteMode mode)
    {
        await RecordAsync(Ask("one"), Ask("two"));
        var lines = Lines();
        await System.IO.File.WriteAllLinesAsync(File, [lines[0], lines[1][..^5], lines[2]], TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<LlmProxyConfigException>(() => StartAsync(mode));
        Assert.Contains($"{File} line 2: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CassetteMode.Replay)]
    [InlineData(CassetteMode.Auto)]
    [InlineData(CassetteMode.Record)]
    public async Task Start_OtherFile_IsRefusedAndLeftAlone(CassetteMode mode)
    {
        await System.IO.File.WriteAllTextAsync(File, "# Notes\nmine\n", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<LlmProxyConfigException>(() => StartAsync(mode));
        Assert.Contains($"{File} line 1: ", error.Message, StringComparison.Ordinal);
        Assert.Equal("# Notes\nmine\n", await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_KilledInTheMiddleOfALine_AutoRemovesItAndReplayRefuses()
    {
        await RecordAsync(Ask("one"), Ask("two"));
        var whole = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllBytesAsync(File, whole[..^20], TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<LlmProxyConfigException>(() => StartAsync(CassetteMode.Replay));
        Assert.Contains($"{File} line 3: is cut off", error.Message, StringComparison.Ordinal);
        await using (var proxy = await StartAsync(CassetteMode.Auto))
        {
            await SendAsync(proxy, Ask("one"), Ask("two"));
        }

        Assert.Equal(3, Upstream.Requests.Count);
        Assert.Equal(2, (await ReplayAsync(Ask("one"), Ask("two"))).Count(body => body.Contains("Hel", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Start_KilledInTheSchemaLine_AutoBeginsAnew()
    {
        await System.IO.File.WriteAllTextAsync(File, "{\"schema\":\"apet", TestContext.Current.CancellationToken);
        await using (var proxy = await StartAsync(CassetteMode.Auto))
        {
            await SendAsync(proxy, Ask("one"));
        }

        Assert.Contains("Hel", (await ReplayAsync(Ask("one"))).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_LastLineWithoutLineBreak_IsTakenAndContinued()
    {
        await RecordAsync(Ask("one"));
        await System.IO.File.WriteAllTextAsync(File, (await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken)).TrimEnd('\n'), TestContext.Current.CancellationToken);
        await using (var proxy = await StartAsync(CassetteMode.Auto))
        {
            await SendAsync(proxy, Ask("one"), Ask("two"));
        }

        Assert.Equal((2, 3), (Upstream.Requests.Count, Lines().Length));
    }

    [Theory]
    [InlineData(CassetteMode.Auto)]
    [InlineData(CassetteMode.Record)]
    [InlineData(CassetteMode.Replay)]
    public async Task Start_FileIsBeingRecorded_SecondIsRefused(CassetteMode mode)
    {
        await using var first = await StartAsync(CassetteMode.Auto);
        var error = await Assert.ThrowsAsync<LlmProxyConfigException>(() => StartAsync(mode));
        Assert.Contains($"{File}: is in use", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"headers\":{", "\"headers\":{\"x-note\":\"a\\nb\"", "headers: x-note holds a line break")]
    [InlineData("\"headers\":{", "\"headers\":{\"x-note\":\"caf\u00e9\"", "headers: x-note holds a line break or another character")]
    [InlineData("\"headers\":{", "\"headers\":{\"x note\":\"a\"", "headers: \"x note\" is no header's name")]
    [InlineData("\"headers\":{", "\"headers\":{\"Content-Length\":\"3\"", "headers: Content-Length is set by the proxy itself")]
    [InlineData("\"headers\":{", "\"headers\":{\"x-note\":3", "headers: x-note is no string")]
    [InlineData("\"status\":200", "\"status\":204", "status: 204 allows no body")]
    [InlineData("\"status\":200", "\"status\":600", "status: is not within")]
    [InlineData("text/event-stream", "text/\u00e9vent-stream", "content_type holds")]
    public async Task Start_EditedIntoWhatHttpCannotCarry_IsRefusedWithPathAndLine(string recorded, string edited, string expected)
    {
        await RecordAsync(Ask("one"));
        await EditAsync(text => text.Replace(recorded, edited, StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<LlmProxyConfigException>(() => StartAsync(CassetteMode.Replay));
        Assert.Contains($"{File} line 2: {expected}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CassetteMode.Replay)]
    [InlineData(CassetteMode.Auto)]
    [InlineData(CassetteMode.Record)]
    public async Task Start_SavedByAnEditorWithMarkAndCarriageReturns_IsTheSame(CassetteMode mode)
    {
        var recorded = await RecordAsync(Ask("one"));
        await EditAsync(text => "\ufeff" + text.Replace("\n", "\r\n", StringComparison.Ordinal));
        await using var proxy = await StartAsync(mode);
        Assert.Equal(recorded, await SendAsync(proxy, Ask("one")));
    }

    [Fact]
    public async Task Record_NewFile_OnlyItsOwnerMayRead()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has access lists instead of modes");
            return;
        }

        await RecordAsync(Ask("one"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task Start_FileTooLarge_IsRefused()
    {
        using (var stream = new FileStream(File, FileMode.Create))
        {
            stream.SetLength(CassetteFile.Largest + 1);
        }

        var error = await Assert.ThrowsAsync<LlmProxyConfigException>(() => StartAsync(CassetteMode.Replay));
        Assert.Contains("256", error.Message, StringComparison.Ordinal);
    }

    private async Task EditAsync(Func<string, string> edit)
    {
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllTextAsync(File, edit(text), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), TestContext.Current.CancellationToken);
    }
}
