namespace ApeTest.Cli.Progress;

/// <summary>Chooses how a run is shown while it goes on.</summary>
internal static class Views
{
    /// <summary>Nothing with <c>--quiet</c>, a live view on a terminal, lines elsewhere.</summary>
    public static IRunProgressView Of(CliEnvironment environment, bool quiet, bool noColor) => quiet ? new NoProgress()
        : LiveTerminal.CanShow(environment, environment.ErrorIsTerminal) ? new LiveProgress(environment, noColor)
        : new PlainProgress(environment);
}
