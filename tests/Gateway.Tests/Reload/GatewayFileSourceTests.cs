using ApeTest.Gateway.Reload;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Gateway.Tests.Reload;

public sealed class GatewayFileSourceTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Json(string name, int padding = 0) => $$"""{"targets":[{"name":"{{name}}","url":"http://127.0.0.1:5080"}]}{{new string(' ', padding)}}""";

    private static GatewayFileSource Open(string path) => new(path, new Dictionary<string, string>(StringComparer.Ordinal));

    [Fact]
    public void Look_NothingChanged_IsNothing()
    {
        var source = Open(_folder.Write("g.json", Json("a")));

        Assert.True(source.CanChange);
        Assert.Null(source.Look());
        Assert.Null(source.Look());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public void Look_Rewritten_IsTheNewFileOnce(int padding)
    {
        var path = _folder.Write("g.json", Json("a", padding));
        var source = Open(path);

        File.WriteAllText(path, Json("longer", padding));

        Assert.Equal("longer", source.Look()!.File!.Targets[0].Name);
        Assert.Null(source.Look());
    }

    [Fact]
    public void Look_SameLengthAndTime_IsSeen()
    {
        var path = _folder.Write("g.json", Json("aa"));
        var time = File.GetLastWriteTimeUtc(path);
        var source = Open(path);

        File.WriteAllText(path, Json("bb"));
        File.SetLastWriteTimeUtc(path, time);

        Assert.Equal("bb", source.Look()!.File!.Targets[0].Name);
    }

    [Fact]
    public void Look_ReplacedByRename_IsSeen()
    {
        var path = _folder.Write("g.json", Json("a"));
        var source = Open(path);

        File.Move(_folder.Write("g.json.new", Json("b")), path, overwrite: true);

        Assert.Equal("b", source.Look()!.File!.Targets[0].Name);
    }

    /// <summary>Kubernetes: <c>g.json -> ..data/g.json</c>, <c>..data -> ..1</c>; an update swaps <c>..data</c>.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public void Look_ConfigMapLinkSwapped_IsSeen(int padding)
    {
        _folder.Write("..1/g.json", Json("a", padding));
        _folder.Write("..2/g.json", Json("b", padding + 1));
        Directory.CreateSymbolicLink(_folder.Combine("..data"), "..1");
        File.CreateSymbolicLink(_folder.Combine("g.json"), Path.Combine("..data", "g.json"));
        var source = Open(_folder.Combine("g.json"));
        Assert.True(source.CanChange);

        Directory.CreateSymbolicLink(_folder.Combine("..data_tmp"), "..2");
        Directory.Delete(_folder.Combine("..data"));
        Directory.Move(_folder.Combine("..data_tmp"), _folder.Combine("..data"));

        Assert.Equal("b", source.Look()!.File!.Targets[0].Name);
    }

    [Fact]
    public void Look_HalfWrittenForAMoment_IsNotTold()
    {
        var path = _folder.Write("g.json", Json("a"));
        var source = Open(path);

        File.WriteAllText(path, Json("b")[..20]);
        Assert.Null(source.Look());
        File.WriteAllText(path, Json("b"));

        Assert.Equal("b", source.Look()!.File!.Targets[0].Name);
    }

    [Fact]
    public void Look_StaysInvalid_IsToldOnceUntilItChanges()
    {
        var path = _folder.Write("g.json", Json("a"));
        var source = Open(path);

        File.WriteAllText(path, "{");
        Assert.Null(source.Look());
        Assert.Contains("not valid JSON", source.Look()!.Errors, StringComparison.Ordinal);
        Assert.Null(source.Look());
        Assert.Null(source.Look());
        File.WriteAllText(path, """{"targets":[]}""");
        Assert.Null(source.Look());
        Assert.Contains("at least one target", source.Look()!.Errors, StringComparison.Ordinal);
        Assert.Null(source.Look());
    }

    [Fact]
    public void Look_DeletedAndBack_IsToldOnceAndThenRead()
    {
        var path = _folder.Write("g.json", Json("a"));
        var source = Open(path);

        File.Delete(path);
        Assert.Null(source.Look());
        Assert.Contains("cannot be read", source.Look()!.Errors, StringComparison.Ordinal);
        Assert.Null(source.Look());
        _folder.Write("g.json", Json("a"));

        Assert.Equal("a", source.Look()!.File!.Targets[0].Name);
        Assert.Null(source.Look());
    }

    [Fact]
    public void Constructor_Pipe_IsReadOnceOnly()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        using (var writer = new StreamWriter(pipe, leaveOpen: true))
        {
            writer.Write(Json("a"));
        }
        var handle = pipe.ClientSafePipeHandle.DangerousGetHandle();
        var reading = Task.Run(() => Open($"/proc/self/fd/{handle}"), TestContext.Current.CancellationToken);
        pipe.Dispose();

#pragma warning disable xUnit1031 // Nothing asynchronous is waited for: the constructor reads.
        Assert.False(reading.Result.CanChange);
#pragma warning restore xUnit1031
    }

    [Fact]
    public void Constructor_InvalidFile_Throws() =>
        Assert.Equal(ExitCodes.Input, Assert.Throws<ApeTestException>(() => Open(_folder.Write("g.json", "{}"))).ExitCode);
}
