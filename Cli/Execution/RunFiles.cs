using ApeTest.Runs.Directory;

namespace ApeTest.Cli.Execution;

/// <summary>The directory of a run that is to come: kept once the run is submitted, removed with what is in it when it never is.</summary>
internal sealed class RunFiles : IDisposable
{
    private readonly string _root;
    private bool _keep;

    /// <summary>Makes the directory; where that is not possible: <see cref="Scenarios.ApeTestException"/> (exit 3).</summary>
    public RunFiles(CliEnvironment environment, string run)
    {
        _root = environment.RunsRoot;
        try
        {
            Directory = RunDirectory.Create(_root, run);
        }
        catch
        {
            // Half made, on a full disk.
            Remove(Path.Combine(_root, run));
            throw;
        }
    }

    /// <summary>The directory.</summary>
    public RunDirectory Directory { get; }

    /// <summary>There is a run: its directory stays, however it ends.</summary>
    public void Keep() => _keep = true;

    public void Dispose()
    {
        if (!_keep)
        {
            Remove(Directory.Path);
            return;
        }
        try
        {
            // Nobody controls a run that is over.
            File.Delete(Directory.TokenFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It opens nothing any more; doctor tells of it.
        }
    }

    private void Remove(string path)
    {
        try
        {
            if (System.IO.Directory.Exists(path))
            {
                System.IO.Directory.Delete(path, recursive: true);
            }
            // Folders that were made for this run only.
            RemoveEmpty(_root);
            RemoveEmpty(Path.GetDirectoryName(_root)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed does no harm: without run.json it is listed as interrupted.
        }
    }

    private static void RemoveEmpty(string folder)
    {
        if (!System.IO.Directory.EnumerateFileSystemEntries(folder).Any())
        {
            System.IO.Directory.Delete(folder);
        }
    }
}
