using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Directory;

/// <summary>
/// <c>data/input.json</c>: where what a run was made from came from, so that it can be run again, and <c>data/</c>: copies of its feeds. A feed with secret columns is not
/// copied: a run's directory is passed on. Such a file is read again where it was, if it is still the same.
/// </summary>
public sealed record RunInput
{
    private const long MostBytes = 64L << 20;

    /// <summary>Full path of the scenario's file; null where there was none.</summary>
    public string? Scenario { get; init; }

    /// <summary>Whether it was the demonstration on the sample shop.</summary>
    public bool Demonstration { get; init; }

    /// <summary>Whether the target was started for the run on a free port: its address in the resolved scenario means nothing any more. Default false, as in runs of earlier versions.</summary>
    public bool AddressDrawn { get; init; }

    /// <summary>Whether it was one session to see how a goal fares (<c>try</c>, <c>validate --dry-run</c>) and no load. Default false, as in runs of earlier versions.</summary>
    public bool Trial { get; init; }

    /// <summary>Directory to which the scenario's paths refer.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>The files of the feeds.</summary>
    public ImmutableArray<RunInputFile> Files { get; init; } = [];

    /// <summary>Keeps it in a run's directory. What cannot be copied is left out: the run is none the worse.</summary>
    public static void Keep(RunDirectory directory, Scenario scenario, RunInput input)
    {
        try
        {
            System.IO.Directory.CreateDirectory(directory.Data);
            var files = ImmutableArray.CreateBuilder<RunInputFile>();
            var room = MostBytes;
            foreach (var (name, feed) in scenario.Data)
            {
                if (feed.File is { } file && files.All(kept => kept.Path != file))
                {
                    var isSecret = scenario.Secrets.Any(secret => secret.StartsWith(name + ".", StringComparison.Ordinal));
                    files.Add(Copy(directory, file, System.IO.Path.GetFullPath(file, input.BaseDirectory), isSecret, ref room) with { Columns = feed.Columns });
                }
            }
            File.WriteAllText(directory.InputFile, JsonSerializer.Serialize(input with { Files = files.ToImmutable() }, RunInputJson.Default.RunInput));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it cannot be run again from here, which `rerun` says.
        }
    }

    /// <summary>Reads it; null where there is none that can be read.</summary>
    public static RunInput? Read(RunDirectory directory)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(directory.InputFile), RunInputJson.Default.RunInput);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static RunInputFile Copy(RunDirectory directory, string file, string path, bool isSecret, ref long room)
    {
        var bytes = File.ReadAllBytes(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (isSecret || bytes.Length > room)
        {
            return new RunInputFile(file, path, null, hash);
        }
        room -= bytes.Length;
        // The copy of an earlier run has such a name already.
        var (mark, name) = ($"{hash[..12]}-", System.IO.Path.GetFileName(path));
        var copy = name.StartsWith(mark, StringComparison.Ordinal) ? name : mark + name;
        File.WriteAllBytes(System.IO.Path.Combine(directory.Data, copy), bytes);
        return new RunInputFile(file, path, copy, hash);
    }
}

/// <summary>A file of a feed.</summary>
/// <param name="Path">As the scenario has it.</param>
/// <param name="FullPath">Where it was.</param>
/// <param name="Copy">Name of its copy in <c>data/</c>; null: none, because it holds secrets or there was no room.</param>
/// <param name="Sha256">Hash of its content.</param>
public sealed record RunInputFile(string Path, string FullPath, string? Copy, string Sha256)
{
    /// <summary>Names of its columns: a report reads the scenario without its secrets. Empty in runs of earlier versions.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(RunInput))]
internal sealed partial class RunInputJson : JsonSerializerContext;
