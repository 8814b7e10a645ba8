using System.Diagnostics;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.EndToEnd.Tests;

/// <summary>Wrong input and broken surroundings: exit code, message, nothing left behind.</summary>
public sealed class BadInputTests
{
    public static TheoryData<int, string, string[]> Lines => new()
    {
        { 2, "--agents", ["--agents", "0"] },
        { 2, "--agents", ["--agents", "many"] },
        { 2, "--duration", ["--duration", "-5s"] },
        { 2, "--duration", ["--duration", "5"] },
        { 2, "--seed", ["--seed", "x"] },
        { 2, "--think", ["--think", "5s..1s"] },
        { 2, "--threshold", ["--threshold", "ttft_p95 < 5"] },
        { 2, "--model", ["--model", "planner"] },
        { 2, "nobody", ["--model", "nobody/x"] },
        { 2, "CEREBRAS_API_KEY", ["--model", "cerebras/gpt-oss-120b"] },
        { 2, "builtin/planner", ["--model", "builtin/planer"] },
        { 2, "unknown operation 'chekout'", ["--success", "chekout=201"] },
        { 2, "--success", ["--success", "checkout=999"] },
        { 2, "missing.yaml", ["missing.yaml"] },
        { 2, "--target", ["--target", "ftp://x", "--goal", "g", "--success", "x"] },
        { 3, "cannot be reached: connection refused", ["--target", "http://127.0.0.1:9", "--goal", "g", "--success", "x"] },
        { 3, "--out", ["--out", "no/such/folder/x.json"] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Start_WithBadInput_SaysWhatAndLeavesNothing(int code, string expected, string[] arguments)
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, ["start", .. arguments]);

        result.Exits(code);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData("/nothing-here.json", "answered 404")]
    [InlineData("missing.json", "no such file")]
    [InlineData("broken.json", "broken.json")]
    public async Task Start_OpenApiThatCannotBeUsed_Exits2AndSaysWhere(string openApi, string expected)
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();
        directory.Write("broken.json", """{ "openapi": "3.0.3", "paths": { "/x": 5 } """);

        var result = await ApeProcess.RunAsync(directory, "start", "--target", library.Url.ToString(), "--openapi", openApi, "--goal", "g", "--success", "borrowBook=201");

        result.Exits(2);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task Start_ModelThatDoesNotAnswer_Exits3AndLeavesNothing()
    {
        using var directory = new TempDirectory();

        // The discard port: nothing listens there.
        var result = await ApeProcess.RunWithAsync(directory, new() { ["OLLAMA_HOST"] = "http://127.0.0.1:9" }, "start", "--model", "ollama/llama3.2");

        result.Exits(3);
        Assert.Contains("ollama/llama3.2", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task Start_TargetElsewhereWithoutConsent_Exits2AndNamesIt()
    {
        using var directory = new TempDirectory();

        // A name that is no loopback name, though it leads to this machine or nowhere.
        var result = await ApeProcess.RunAsync(directory, "start", "--target", "http://target.invalid", "--goal", "g", "--success", "x");

        Assert.NotEqual(0, result.Code);
        Assert.Contains("target.invalid", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhereNoRunDirectoryCanBe_Exits3()
    {
        using var directory = new TempDirectory();
        directory.Write(".ape", "a file where the folder belongs");

        var result = await ApeProcess.RunAsync(directory, "start");

        result.Exits(3);
        Assert.Contains("run directory", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NothingJudged_Exits3()
    {
        using var directory = new TempDirectory();
        // The only session thinks beyond the end of the run and is aborted unjudged.
        var result = await ApeProcess.RunAsync(directory, "start", "--duration", "1s", "--think", "1h", "--graceful-stop", "1s");

        result.Exits(3);
        Assert.Contains("0 judged", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_StdoutIsFull_Exits3AndSaysSo()
    {
        Requires.That(File.Exists("/dev/full"), "there is no /dev/full here");
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "dotnet \"$1\" --help > /dev/full", "sh", Path.Combine(AppContext.BaseDirectory, "ape-test.dll")])
        {
            RedirectStandardError = true,
        })!;
        var error = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(shell.ExitCode == 3, error);
        Assert.StartsWith("error: standard output cannot be written", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shop_PortInUse_Exits3WithTheFix()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "shop", "--port", $"{library.Url.Port}");

        result.Exits(3);
        Assert.Contains("--port", result.Error, StringComparison.Ordinal);
    }
}
