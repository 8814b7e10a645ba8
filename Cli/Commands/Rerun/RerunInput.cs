using System.Globalization;
using System.Security.Cryptography;
using ApeTest.Cli.Input;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading.Resolved;

namespace ApeTest.Cli.Commands.Rerun;

/// <summary>Makes of a run's directory what is needed to run it again; what cannot be is refused with what to give instead.</summary>
internal static class RerunInput
{
    /// <summary>Reads the run. What is missing: <see cref="ApeTestException"/> (exit 2).</summary>
    /// <param name="environment">Clock and names.</param>
    /// <param name="directory">The run.</param>
    /// <param name="given">Fields that today's flags set, and that so may be missing.</param>
    public static KeptInput Read(CliEnvironment environment, RunDirectory directory, IReadOnlyCollection<string> given)
    {
        var input = RunInput.Read(directory) ?? throw Refused(directory, "data/input.json, which says what it was made from, is missing or damaged");
        var seed = RunDirectoryReader.ReadSummary(directory)?.Run.Seed ?? throw Refused(directory, "its summary, which holds its seed, is missing or damaged");
        var (scenario, missing) = KeptText.Restore(Text(directory), Original(directory, input), file => FileOf(directory, input, file), input.AddressDrawn);
        if (scenario is null)
        {
            throw Refused(directory, "scenario.resolved.yaml is damaged");
        }
        missing = [.. missing.Where(path => !given.Contains(path))];
        if (!missing.IsEmpty)
        {
            throw Refused(directory, $"secrets are not kept, and these are no longer where they came from: {string.Join(", ", missing)}", input.Scenario is { } file && File.Exists(file)
                ? $"Give them again (--auth, --header), or run {environment.Shown(file)} itself."
                : "Give credentials again with --auth or --header; rows with secrets need the scenario file that they stood in.");
        }
        return new KeptInput($"run {directory.Run}", scenario, seed.ToString(CultureInfo.InvariantCulture), input);
    }

    private static string Text(RunDirectory directory)
    {
        try
        {
            return File.ReadAllText(directory.ScenarioFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(directory, $"scenario.resolved.yaml cannot be read: {e.Message}");
        }
    }

    private static string? Original(RunDirectory directory, RunInput input)
    {
        if (input.Demonstration)
        {
            return KeptScenario.Read(directory)["target.url"] is { } shop ? DemonstrationScenario.Text(new Uri(shop)) : null;
        }
        try
        {
            return input.Scenario is { } file ? File.ReadAllText(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where a feed is read: its copy, or the file itself while it is what it was.</summary>
    private static string FileOf(RunDirectory directory, RunInput input, string path)
    {
        if (input.Files.FirstOrDefault(file => file.Path == path) is not { } found)
        {
            return path;
        }
        if (found.Copy is { } copy && Path.GetFileName(copy) == copy && HashOf(Path.Combine(directory.Data, copy)) == found.Sha256)
        {
            return Path.Combine(directory.Data, copy);
        }
        return HashOf(found.FullPath) == found.Sha256 ? found.FullPath
            : throw Refused(directory, $"the data file {found.FullPath} is gone or has changed, and {(found.Copy is null ? "no copy is kept of files with secrets" : "its copy is damaged")}",
                "Put it back as it was, or start the scenario itself.");
    }

    private static string? HashOf(string path)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ApeTestException Refused(RunDirectory directory, string why, string hint = "Start the scenario itself with `ape-test start`.") =>
        new($"run {directory.Run} cannot be run again: {why}", hint, ExitCodes.Input);
}
