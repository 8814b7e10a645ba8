using System.Globalization;
using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Deploy;

/// <summary>The files of one stack, <c>.ape/stacks/{project}/</c>: what Compose reads, and <c>stack.json</c> of whose it is.</summary>
/// <param name="Path">The folder.</param>
internal sealed record StackDirectory(string Path)
{
    private const string RecordFile = "stack.json";

    /// <summary>The Compose project.</summary>
    public string Project => System.IO.Path.GetFileName(Path);

    /// <summary>Folder of all stacks below a working directory.</summary>
    public static string Root(string workingDirectory) => System.IO.Path.Combine(workingDirectory, ".ape", "stacks");

    /// <summary>All stacks below a working directory.</summary>
    public static IReadOnlyList<StackDirectory> List(string workingDirectory) => Directory.Exists(Root(workingDirectory))
        ? [.. Directory.EnumerateDirectories(Root(workingDirectory)).Order(StringComparer.Ordinal).Select(path => new StackDirectory(path))]
        : [];

    /// <summary>Makes the folder (0700) and says that this process has it. Where that is not possible: <see cref="ApeTestException"/> (exit 3).</summary>
    public static StackDirectory Create(string workingDirectory, string project, TimeProvider time)
    {
        var directory = new StackDirectory(System.IO.Path.Combine(Root(workingDirectory), project));
        try
        {
            CreatePrivate(directory.Path);
            directory.Write(new StackRecord(time.GetUtcNow(), Environment.ProcessId, RunProcess.OwnStart, RunProcess.Machine));
            return directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"the stack's directory {directory.Path} cannot be made: {e.Message}", "Start in a directory that you may write to, with free space.", ExitCodes.Environment, e);
        }
    }

    /// <summary>Whose it is; null where the file is missing or cut short.</summary>
    public StackRecord? Read()
    {
        try
        {
            return JsonSerializer.Deserialize<StackRecord>(File.ReadAllText(System.IO.Path.Combine(Path, RecordFile)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The file of the stack's token.</summary>
    public string TokenFile => System.IO.Path.Combine(Path, StackSecrets.Folder, StackSecrets.Token);

    /// <summary>Base URL of the stack's collector, by the port in its <c>.env</c>; null where that cannot be read.</summary>
    public Uri? ReadCollector()
    {
        const string Port = "APE_PORT=";
        try
        {
            var line = File.ReadLines(System.IO.Path.Combine(Path, DeployFiles.Variables)).FirstOrDefault(static line => line.StartsWith(Port, StringComparison.Ordinal));
            return int.TryParse(line?[Port.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? new Uri(ServiceUrls.Loopback(port)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The stack is kept: no process has it any more.</summary>
    public void Release()
    {
        if (Read() is { } record)
        {
            Write(record with { Pid = null });
        }
    }

    /// <summary>Removes the folder, and those around it that it leaves empty.</summary>
    public void Delete()
    {
        Directory.Delete(Path, recursive: true);
        for (var around = Directory.GetParent(Path); around is not null && around.Name is "stacks" or ".ape"; around = around.Parent)
        {
            if (around.EnumerateFileSystemInfos().Any())
            {
                return;
            }
            around.Delete();
        }
    }

    /// <summary>Makes a folder that only its owner may enter.</summary>
    public static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Write(StackRecord record) => File.WriteAllText(System.IO.Path.Combine(Path, RecordFile), JsonSerializer.Serialize(record));
}

/// <summary>Whose a stack is.</summary>
/// <param name="Created">When it was made.</param>
/// <param name="Pid">Process that has it; null where it is kept.</param>
/// <param name="PidStarted">When that process started (<see cref="RunProcess.StartOf"/>).</param>
/// <param name="Machine">Where that process id means something.</param>
internal sealed record StackRecord(DateTimeOffset Created, int? Pid, string? PidStarted, string Machine)
{
    /// <summary>Whether another process has it now.</summary>
    public bool IsInUse => Pid is { } pid && pid != Environment.ProcessId && Machine == RunProcess.Machine && RunProcess.StartOf(pid) is { } started && started == PidStarted;
}
