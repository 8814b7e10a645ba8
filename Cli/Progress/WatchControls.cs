using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Progress;

/// <summary>The keys of <c>status --watch</c>, whose run is in another process. <c>q</c> leaves it alone.</summary>
internal sealed class WatchControls(ControlClient client, RunDirectory directory, Action leave, TimeProvider time) : ILiveControls
{
    public string QuitWord => "leave";

    public void Quit() => leave();

    public async Task<string> ScaleAsync(int agents, CancellationToken cancellationToken)
    {
        try
        {
            await client.ScaleAsync(agents, cancellationToken);
            return $"{Show.Count(agents)} agents asked for";
        }
        catch (ApeTestException refused)
        {
            return refused.Hint is { } hint ? $"{refused.Message} {hint}" : refused.Message;
        }
    }

    public IAsyncEnumerable<IReadOnlyList<LogLine>> FollowLogAsync(CancellationToken cancellationToken) =>
        LogTail.FollowAsync(directory, () => RunDirectoryReader.StatusOf(directory, time).Ended, time, cancellationToken);
}
