using System.Diagnostics;

namespace ApeTest.Cli.Execution;

/// <summary>Starts this program once more.</summary>
internal static class OwnProgram
{
    /// <summary>This program without arguments, its streams as pipes.</summary>
    /// <param name="directory">Its current directory.</param>
    public static ProcessStartInfo Again(string directory)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // On Windows: no console that could be closed.
            CreateNoWindow = true,
        };
        // Hosted (`dotnet ape-test.dll`), the first argument is the program; otherwise the process is.
        if (IsHosted)
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }
        return start;
    }

    /// <summary>This program with the arguments of this process.</summary>
    public static ProcessStartInfo AgainAsCalled(string directory)
    {
        var start = Again(directory);
        foreach (var argument in Environment.GetCommandLineArgs()[1..])
        {
            start.ArgumentList.Add(argument);
        }
        return start;
    }

    private static bool IsHosted => Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet";
}
