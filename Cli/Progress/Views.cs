namespace ApeTest.Cli.Progress;

/// <summary>Chooses how a run is shown while it goes on.</summary>
internal static class Views
{
    /// <summary>Nothing with <c>--quiet</c>, a live view on a terminal, lines elsewhere.</summary>
    /// <param name="environment">The terminal, or what stands in its place.</param>
    /// <param name="quiet">Show nothing.</param>
    /// <param name="noColor">No colours.</param>
    /// <param name="controls">What the view's keys do; null: it has none.</param>
    public static IRunProgressView Of(CliEnvironment environment, bool quiet, bool noColor, ILiveControls? controls = null) => quiet ? new NoProgress()
        : LiveTerminal.CanShow(environment, environment.ErrorIsTerminal) ? new LiveProgress(environment, environment.Error, noColor, controls)
        : new PlainProgress(environment);
}
