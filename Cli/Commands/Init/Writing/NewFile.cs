namespace ApeTest.Cli.Commands.Init.Writing;

/// <summary>A file, or a folder of files, that init writes.</summary>
/// <param name="Path">Path as seen from the directory, with '/'.</param>
/// <param name="What">What it is, for people.</param>
/// <param name="Text">Its text. Of a file that is added to: the lines to add, if they are not there.</param>
/// <param name="IsAddedTo">Whether lines are added to a file that exists: nothing of it is lost.</param>
internal sealed record NewFile(string Path, string What, string Text, bool IsAddedTo = false)
{
    /// <summary>Of a folder: writes its files, given its absolute path; what is there and not its own stays. Null: this is a file.</summary>
    public Action<string>? WriteFolder { get; init; }
}
