namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>A page of a walk.</summary>
/// <param name="Path">Its path on the target.</param>
/// <param name="Marker">A text that only it has; null where its status is all that is asked for.</param>
internal sealed record Stop(string Path, string? Marker)
{
    /// <summary>Whether a page is this one.</summary>
    public bool IsOn(SeenPage page) => Marker is null || page.Html.Contains(Marker, StringComparison.Ordinal);
}
