using ApeTest.Runs.Logs;

namespace ApeTest.Cli.Progress;

/// <summary>What the keys of the live view do: in the process of the run, or through its control API.</summary>
internal interface ILiveControls
{
    /// <summary>What <c>q</c> does, in words: <c>stop</c>, <c>leave</c>.</summary>
    string QuitWord { get; }

    /// <summary><c>q</c>.</summary>
    void Quit();

    /// <summary><c>+</c> and <c>-</c>: asks for so many agents. Returns what came of it, in words.</summary>
    Task<string> ScaleAsync(int agents, CancellationToken cancellationToken);

    /// <summary><c>l</c>: follows the log, beginning with its last few lines; batches may be empty.</summary>
    IAsyncEnumerable<IReadOnlyList<LogLine>> FollowLogAsync(CancellationToken cancellationToken);
}
