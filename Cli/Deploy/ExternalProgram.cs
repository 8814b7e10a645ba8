using System.ComponentModel;
using System.Diagnostics;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary>A program of the machine, run with the command's own variables and directory and without standard input.</summary>
/// <param name="environment">Variables and directory.</param>
/// <param name="name">Its name on the PATH.</param>
/// <param name="hidden">Variables that it does not get.</param>
/// <param name="absent">What is thrown where there is none.</param>
internal sealed class ExternalProgram(CliEnvironment environment, string name, IReadOnlyCollection<string> hidden, ApeTestException absent)
{
    private const int MostErrorLines = 200;
    private const int MostCharacters = 16 << 20;

    /// <summary>Runs it to its end, whatever its code. Cancelled, it is killed with its children.</summary>
    public async Task<ProgramResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(arguments);
        process.StandardInput.Close();
        var output = ReadAsync(process.StandardOutput, lines => lines);
        var error = ReadAsync(process.StandardError, lines => lines.TakeLast(MostErrorLines));
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        return new ProgramResult(process.ExitCode, await output, await error);
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(OnPath(), arguments)
        {
            WorkingDirectory = environment.CurrentDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (variable, value) in environment.Variables.Where(variable => !hidden.Contains(variable.Key)))
        {
            start.Environment[variable] = value;
        }
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ApeTestException($"{name} cannot be started: {e.Message}", absent.Hint, ExitCodes.Environment, e);
        }
    }

    // The PATH of the command's environment; Process would take this process's own.
    private string OnPath() => (environment.Variables.GetValueOrDefault("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { Path.Combine(folder, name), Path.Combine(folder, name + ".exe") })
        .FirstOrDefault(File.Exists) ?? throw absent;

    private static async Task<string> ReadAsync(StreamReader reader, Func<IEnumerable<string>, IEnumerable<string>> kept)
    {
        var lines = new List<string>();
        var room = MostCharacters;
        while (await reader.ReadLineAsync() is { } line)
        {
            if ((room -= line.Length) > 0)
            {
                lines.Add(line);
            }
        }
        return string.Join('\n', kept(lines));
    }
}

/// <summary>What a program said.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Out">Standard output, at most 16 MiB.</param>
/// <param name="Error">The last lines of standard error.</param>
internal sealed record ProgramResult(int Code, string Out, string Error)
{
    /// <summary>What explains a failure: standard error, or the other where it is silent.</summary>
    public string Said => Error.Trim().Length > 0 ? Error : Out;
}
