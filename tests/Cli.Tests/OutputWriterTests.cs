using System.Text;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests;

public sealed class OutputWriterTests
{
    [Fact]
    public void Write_ToAStreamThatTakesAll_PassesItOn()
    {
        using var stream = new MemoryStream();
        var writer = OutputWriter.To(stream);

        writer.WriteLine("é");
        writer.Flush();

        Assert.Equal("é" + writer.NewLine, Encoding.UTF8.GetString(stream.ToArray()));
        Assert.False(writer.Lost.IsCancellationRequested);
        Assert.Null(writer.Failure);
    }

    [Fact]
    public async Task Write_ToAFullDisk_GoesOnAndRemembersTheFirstFailure()
    {
        using var stream = new FullStream();
        var writer = OutputWriter.To(stream);

        for (var i = 0; i < 3; i++)
        {
            await writer.WriteLineAsync(new string('x', 200_000));
            await writer.FlushAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("write 1: no space left", writer.Failure?.Message);
        Assert.True(writer.Lost.IsCancellationRequested);
        Assert.Equal(1, stream.Writes);
    }

    [Fact]
    public async Task Command_WithAFullStandardOutput_TellsItOnceAndExits3()
    {
        using var error = new StringWriter { NewLine = "\n" };
        var environment = new CliEnvironment
        {
            Out = OutputWriter.To(new FullStream()),
            Error = error,
            In = TextReader.Null,
            Variables = new Dictionary<string, string>(),
            CurrentDirectory = Environment.CurrentDirectory,
            Time = TimeProvider.System,
            Signals = new FakeSignals(),
        };

        var code = await new CliApp(environment).RunAsync(["--help"]).Within(TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Environment, code);
        Assert.StartsWith("error: standard output cannot be written: write 1: no space left\n", error.ToString(), StringComparison.Ordinal);
    }

    private sealed class FullStream : MemoryStream
    {
        public int Writes { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException($"write {++Writes}: no space left");
    }
}
