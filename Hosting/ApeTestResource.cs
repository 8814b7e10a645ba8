using ApeTest.Hosting.CommandLine;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.Hosting;

/// <summary>
/// A load of simulated users on a resource of the AppHost: one run of <c>ape-test start</c>. Its state is the run's, its console log is what the command says,
/// and its exit code says how the run ended: 0 done, 99 a threshold failed, 2 a mistake in the input, 3 the target or the model cannot be reached.
/// </summary>
public sealed class ApeTestResource : ExecutableResource
{
    internal const string LinkText = "Run";

    private int _isWatched;

    /// <summary>A resource of that name.</summary>
    /// <param name="name">Name of the resource.</param>
    /// <param name="command">The command: <c>ape-test</c>, or the path of one.</param>
    /// <param name="workingDirectory">Where it runs, and below which its run directories are: <c>.ape/runs</c>.</param>
    public ApeTestResource(string name, string command, string workingDirectory)
        : base(name, command, workingDirectory)
    {
    }

    internal StartArguments Start { get; } = new();

    /// <summary>Where the run is to be watched; among the annotations once it is known.</summary>
    internal ResourceUrlAnnotation Link { get; } = new() { Url = "", DisplayText = LinkText };

    /// <summary>True for the first who asks.</summary>
    internal bool TryBeginWatching() => Interlocked.Exchange(ref _isWatched, 1) == 0;
}
