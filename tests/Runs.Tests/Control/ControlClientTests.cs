using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Control;

/// <summary>The failures; the calls themselves are tested against the real API in Observability.Tests.</summary>
public sealed class ControlClientTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Get_NobodyListens_IsAClearEnvironmentError()
    {
        using var client = ControlClient.Open(Directory("running", new Uri($"http://127.0.0.1:{FreePort.Take()}")), TimeProvider.System);

        var error = await Assert.ThrowsAsync<ApeTestException>(() => client.GetRunAsync(TestContext.Current.CancellationToken));

        Assert.Equal(ExitCodes.Environment, error.ExitCode);
        Assert.Contains("does not answer", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("completed", ExitCodes.Input, "is over: completed")]
    [InlineData("running", ExitCodes.Environment, "offers no control address")]
    public void Open_NothingToTalkTo_SaysWhy(string status, int exitCode, string message)
    {
        var directory = Directory(status, null);

        var error = Assert.Throws<ApeTestException>(() => ControlClient.Open(directory, TimeProvider.System));

        Assert.Equal(exitCode, error.ExitCode);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private RunDirectory Directory(string status, Uri? url)
    {
        var directory = RunDirectory.Create(RunDirectory.RunsRoot(_temp.Path), TestRun.Id);
        using var writer = new RunDirectoryWriter(directory, new RunDirectoryLimits(), (_, error) => Assert.Fail(error.Message));
        writer.WriteRun(new RunFile
        {
            Run = TestRun.Id, Scenario = "s", Status = status, Pid = Environment.ProcessId, ControlUrl = url,
            Heartbeat = TimeProvider.System.GetUtcNow(),
        });
        return directory;
    }
}
