namespace ApeTest.Cli.Deploy;

/// <summary>What <c>start --compose</c> asks for beyond a run.</summary>
/// <param name="Workers">Agent containers.</param>
/// <param name="Keep">The stack stays when the run has ended.</param>
internal sealed record ComposeRequest(int Workers, bool Keep);
