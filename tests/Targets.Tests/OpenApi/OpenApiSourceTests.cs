using System.Text;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Tests.OpenApi;

public sealed class OpenApiSourceTests
{
    [Fact]
    public async Task FindAsync_FileOfInvalidUtf8_SaysWhere()
    {
        using var directory = new TempDirectory();
        await File.WriteAllBytesAsync(Path.Combine(directory.Path, "api.json"), [(byte)'{', (byte)'"', 0xff, 0xfe, (byte)'"'], TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<ApeTestException>(() => Source(directory, "api.json").FindAsync(TestContext.Current.CancellationToken));

        Assert.Equal("the OpenAPI document api.json is not valid UTF-8: byte 3 begins no character", exception.Message);
    }

    [Fact]
    public async Task FindAsync_FileOfUtf16WithMark_IsRead()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "api.json"), "{\"é\":1}", Encoding.Unicode, TestContext.Current.CancellationToken);

        Assert.Equal("{\"é\":1}", (await Source(directory, "api.json").FindAsync(TestContext.Current.CancellationToken))?.Text);
    }

    private static OpenApiSource Source(TempDirectory directory, string where) =>
        new(static (_, _) => throw new InvalidOperationException("nothing should have been read"), TestDocuments.Base, where, directory.Path);
}
