using ApeTest.Cli.Deploy;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Init.Writing;

/// <summary>Files that are written together: all of them or none. What was there before comes back where one cannot be written.</summary>
/// <param name="directory">Absolute path of the directory.</param>
/// <param name="shown">How it is called in messages.</param>
/// <param name="files">The files.</param>
internal sealed class FileSet(string directory, string shown, IReadOnlyList<NewFile> files)
{
    /// <summary>Files and folders that exist and would be replaced.</summary>
    public IReadOnlyList<NewFile> Existing => [.. files.Where(file => !file.IsAddedTo && (file.WriteFolder is null ? File.Exists(PathOf(file)) : Directory.Exists(PathOf(file))))];

    /// <summary>The files.</summary>
    public IReadOnlyList<NewFile> Files => files;

    /// <summary>Throws <see cref="ApeTestException"/> (exit 2) where something is in the way: a directory of a file's name, or the other way round.</summary>
    public void Check()
    {
        if (File.Exists(directory))
        {
            throw new ApeTestException($"{shown} is a file", "Name a directory.", ExitCodes.Input);
        }
        if (files.FirstOrDefault(file => file.WriteFolder is null ? Directory.Exists(PathOf(file)) : File.Exists(PathOf(file))) is { } taken)
        {
            throw new ApeTestException(taken.WriteFolder is null ? $"{taken.Path} is a directory, and init writes a file of that name" : $"{taken.Path} is a file, and init writes a directory of that name", "Name another directory, or move it away.", ExitCodes.Input);
        }
    }

    /// <summary>The same without the files of these paths.</summary>
    public FileSet Without(IReadOnlyCollection<string> paths) => new(directory, shown, [.. files.Where(file => !paths.Contains(file.Path, StringComparer.Ordinal))]);

    /// <summary>Writes all; throws <see cref="ApeTestException"/> (exit 3) and leaves everything as it was where one cannot be written.</summary>
    public void Write()
    {
        var made = new List<string>();
        var drafts = new List<(string Draft, string Path)>();
        var replaced = new List<(string Path, byte[] Before)>();
        var written = new List<string>();
        try
        {
            // 1. Every text on the disk beside its place: what cannot be written shows here.
            foreach (var file in files.Where(static file => file.WriteFolder is null))
            {
                var path = PathOf(file);
                MakeDirectory(Path.GetDirectoryName(path)!, made);
                var draft = $"{path}.{Environment.ProcessId}.tmp";
                drafts.Add((draft, path));
                File.WriteAllText(draft, TextOf(file, path));
            }
            // 2. Each to its place.
            foreach (var (draft, path) in drafts)
            {
                if (File.Exists(path))
                {
                    replaced.Add((path, File.ReadAllBytes(path)));
                }
                else
                {
                    written.Add(path);
                }
                File.Move(draft, path, overwrite: true);
            }
            // 3. Folders, whose files the deploy commands write themselves.
            foreach (var file in files.Where(static file => file.WriteFolder is not null))
            {
                var path = PathOf(file);
                Remember(path, replaced);
                MakeDirectory(path, made);
                file.WriteFolder!(path);
            }
        }
        catch (ApeTestException)
        {
            Undo(drafts, replaced, written, made);
            throw;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Undo(drafts, replaced, written, made);
            throw new ApeTestException($"the files cannot be written to {shown}: {exception.Message}", "Nothing was changed. Make room or name a directory that you may write to.", ExitCodes.Environment, exception);
        }
    }

    // Secrets stay as they are.
    private static void Remember(string folder, List<(string Path, byte[] Before)> replaced)
    {
        var secrets = Path.Combine(folder, StackSecrets.Folder);
        if (Directory.Exists(folder))
        {
            replaced.AddRange(Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 })
                .Where(path => !path.StartsWith(secrets, StringComparison.Ordinal)).Select(static path => (path, File.ReadAllBytes(path))));
        }
    }

    private static void MakeDirectory(string path, List<string> made)
    {
        var missing = new Stack<string>();
        for (var at = path; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            missing.Push(at);
        }
        foreach (var folder in missing)
        {
            Directory.CreateDirectory(folder);
            made.Add(folder);
        }
    }

    private static void Undo(List<(string Draft, string Path)> drafts, List<(string Path, byte[] Before)> replaced, List<string> written, List<string> made)
    {
        try
        {
            drafts.ForEach(static pair => File.Delete(pair.Draft));
            replaced.ForEach(static pair => File.WriteAllBytes(pair.Path, pair.Before));
            written.ForEach(File.Delete);
            made.Reverse();
            // What is in a folder of ours is ours.
            made.ForEach(static folder => Directory.Delete(folder, recursive: true));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk is worse off than at first: the first error is told.
        }
    }

    private static string TextOf(NewFile file, string path)
    {
        if (!file.IsAddedTo || !File.Exists(path))
        {
            return file.Text;
        }
        var before = File.ReadAllText(path);
        var lines = before.ReplaceLineEndings("\n").Split('\n').Select(static line => line.Trim()).ToHashSet(StringComparer.Ordinal);
        var missing = file.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#' && !lines.Contains(line)).ToList();
        return missing.Count == 0 ? before : $"{before}{(before.Length == 0 || before.EndsWith('\n') ? "" : "\n")}{string.Join('\n', missing)}\n";
    }

    private string PathOf(NewFile file) => Path.GetFullPath(Path.Combine(file.Path.TrimEnd('/').Split('/')), directory);
}
