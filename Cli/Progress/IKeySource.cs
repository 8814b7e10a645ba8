using System.Threading.Channels;

namespace ApeTest.Cli.Progress;

/// <summary>Keys that a person presses: of the terminal, or of a test.</summary>
internal interface IKeySource
{
    /// <summary>Keys from now on, until cancelled.</summary>
    ChannelReader<char> Listen(CancellationToken cancellationToken);
}
