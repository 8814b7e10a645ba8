using System.Diagnostics;
using System.Text.Json;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Feeds;

/// <summary>What a project is made of with one feed, as MSBuild evaluates it: nothing is restored or built, so that a feed that is out of reach can be asked about.</summary>
internal sealed record Evaluation(SortedSet<string> Packages, SortedSet<string> Pruned, SortedSet<string> Projects, SortedSet<string> Sources)
{
    /// <summary>Evaluates a project.</summary>
    public static async Task<Evaluation> OfAsync(string project, bool fullFeed)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("dotnet",
        [
            "msbuild", project, "-getItem:PackageReference,PackageVersion,PrunePackageReference,ProjectReference,Compile", $"-p:FullFeed={(fullFeed ? "true" : "false")}", "-p:EvaluateOnly=true",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = System.IO.Path.GetDirectoryName(project) };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
        Assert.True(process.ExitCode == 0, await output + await error);
        using var items = JsonDocument.Parse(await output);
        return Of(items.RootElement.GetProperty("Items"));
    }

    private static Evaluation Of(JsonElement items)
    {
        var versions = Each("PackageVersion").ToDictionary(Name, item => item.GetProperty("Version").GetString()!, StringComparer.OrdinalIgnoreCase);
        return new Evaluation(
            Sorted(Each("PackageReference").Select(item => $"{Name(item)} {Version(item)}")),
            Sorted(Each("PrunePackageReference").Select(Name)),
            Sorted(Each("ProjectReference").Select(Path)),
            Sorted(Each("Compile").Select(Path)));

        IEnumerable<JsonElement> Each(string kind) => items.GetProperty(kind).EnumerateArray();

        string Version(JsonElement item) =>
            item.TryGetProperty("VersionOverride", out var own) && own.GetString() is { Length: > 0 } text ? text
            : versions.TryGetValue(Name(item), out var central) ? central
            : throw new InvalidOperationException($"Directory.Packages.props has no version of {Name(item)}");
    }

    private static string Name(JsonElement item) => item.GetProperty("Identity").GetString()!;

    private static string Path(JsonElement item) => Name(item).Replace('\\', '/');

    private static SortedSet<string> Sorted(IEnumerable<string> names) => new(names, StringComparer.Ordinal);
}
