using System.Text.Json;
using ApeTest.Runs.Directory;

namespace ApeTest.Cli.Embedded;

/// <summary>
/// <c>.ape/runs/{run}.prometheus.json</c>: where the services of a run on this machine show their metrics, as Prometheus reads it
/// (<c>file_sd_configs</c>, https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config). Beside the run's directory, since Prometheus
/// takes a pattern for the last part of a path only. It is there while the services are: targets that are gone would be told as down.
/// </summary>
internal sealed class ScrapeTargets : IDisposable
{
    private const string Suffix = ".prometheus.json";

    private readonly string _file;
    private readonly string _draft;
    private readonly SortedDictionary<string, List<Uri>> _services = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <param name="directory">The run's directory.</param>
    /// <param name="time">Clock.</param>
    public ScrapeTargets(RunDirectory directory, TimeProvider time)
    {
        _file = FileOf(directory);
        // In the run's own directory: of a run that is killed now nothing is left beside it.
        _draft = Path.Combine(directory.Path, "prometheus.json.new");
        Forget(Path.GetDirectoryName(directory.Path)!, time);
    }

    /// <summary>The file of a run.</summary>
    public static string FileOf(RunDirectory directory) => directory.Path + Suffix;

    /// <summary>Adds a service, or one more process of it.</summary>
    public void Add(string service, params IEnumerable<Uri> urls)
    {
        lock (_gate)
        {
            if (!_services.TryGetValue(service, out var known))
            {
                _services[service] = known = [];
            }
            known.AddRange(urls);
            Write();
        }
    }

    public void Dispose() => Quietly(() => File.Delete(_file));

    /// <summary>Removes what runs left that were killed.</summary>
    private static void Forget(string runsRoot, TimeProvider time) => Quietly(() =>
    {
        foreach (var file in Directory.EnumerateFiles(runsRoot, "*" + Suffix))
        {
            var run = new RunDirectory(file[..^Suffix.Length]);
            // One that has no run.json yet is about to begin.
            if (!Directory.Exists(run.Path) || RunDirectoryReader.StatusOf(run, time) is { File: not null, Ended: true })
            {
                File.Delete(file);
            }
        }
    });

    private void Write()
    {
        var groups = _services.Select(service => new
        {
            targets = service.Value.Select(static url => url.Authority),
            // They end with their run: the rules do not miss them (ApeTestServiceGone).
            labels = new { job = service.Key, lifetime = "run" },
        });
        Quietly(() =>
        {
            // Prometheus must never read half of it.
            File.WriteAllText(_draft, JsonSerializer.Serialize(groups));
            File.Move(_draft, _file, overwrite: true);
        });
    }

    // A run goes on without being watched; whether its directory can be written is judged elsewhere.
    private static void Quietly(Action act)
    {
        try
        {
            act();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
