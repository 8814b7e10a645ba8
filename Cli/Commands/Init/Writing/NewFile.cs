namespace ApeTest.Cli.Commands.Init.Writing;

/// <summary>A file that init writes.</summary>
/// <param name="Path">Path below the directory, with '/'.</param>
/// <param name="What">What it is, for people.</param>
/// <param name="Text">Its text. Of a file that is added to: the lines to add, if they are not there.</param>
/// <param name="IsAddedTo">Whether lines are added to a file that exists: nothing of it is lost.</param>
internal sealed record NewFile(string Path, string What, string Text, bool IsAddedTo = false);
