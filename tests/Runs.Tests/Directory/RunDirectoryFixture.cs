using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Directory;

/// <summary>A place for run directories, and a run's heartbeat.</summary>
public abstract class RunDirectoryFixture : IDisposable
{
    private protected TempDirectory Temp { get; } = new();

    private protected FakeTimeProvider Time { get; } = new(TestRun.Started);

    private protected List<string> Failures { get; } = [];

    private protected string Root => RunDirectory.RunsRoot(Temp.Path);

    public void Dispose()
    {
        Temp.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected RunFile Heart(string status) => new()
    {
        Run = TestRun.Id,
        Scenario = "shop-checkout",
        Status = status,
        Pid = Environment.ProcessId,
        Started = TestRun.Started,
        Heartbeat = Time.GetUtcNow(),
        Agents = 20,
    };

    private protected RunDirectoryWriter Writer(RunDirectory directory) => new(directory, new RunDirectoryLimits(), Fail);

    private protected void Fail(string file, Exception error) => Failures.Add(file);
}
