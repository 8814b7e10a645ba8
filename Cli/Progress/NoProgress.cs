namespace ApeTest.Cli.Progress;

/// <summary><c>--quiet</c>.</summary>
internal sealed class NoProgress : IRunProgressView
{
    public bool ShowsStopping => false;

    public Task ShowAsync(Func<RunSnapshot> read, CancellationToken end) => Task.CompletedTask;
}
