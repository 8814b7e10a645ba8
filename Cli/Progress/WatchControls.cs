using System.Runtime.CompilerServices;
using ApeTest.Runs.Control;
using ApeTest.Runs.Logs;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Progress;

/// <summary>The keys where the run is in another process: asked through its control API.</summary>
/// <param name="client">The run's API.</param>
/// <param name="quitWord">What <c>q</c> does, in words.</param>
/// <param name="quit">What <c>q</c> does.</param>
internal sealed class WatchControls(ControlClient client, string quitWord, Action quit) : ILiveControls
{
    public string QuitWord => quitWord;

    public void Quit() => quit();

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

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> FollowLogAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in client.LogsAsync(new LogQuery { Tail = LogTail.Most }, follow: true, cancellationToken))
        {
            if (LogLine.Parse(line) is { } parsed)
            {
                yield return [parsed];
            }
        }
    }
}
