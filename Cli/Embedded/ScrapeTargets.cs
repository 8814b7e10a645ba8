using System.Text.Json;
using ApeTest.Runs.Directory;

namespace ApeTest.Cli.Embedded;

/// <summary>
/// <c>prometheus.json</c> in the run directory: where the services of a run on this machine show their metrics, as Prometheus reads it
/// (<c>file_sd_configs</c>, https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config). It is there while they are:
/// targets that are gone would be told as down.
/// </summary>
internal sealed class ScrapeTargets(RunDirectory directory) : IDisposable
{
    private readonly string _file = Path.Combine(directory.Path, "prometheus.json");
    private readonly SortedDictionary<string, List<Uri>> _services = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

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

    public void Dispose()
    {
        try
        {
            File.Delete(_file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // As with writing.
        }
    }

    private void Write()
    {
        var groups = _services.Select(service => new
        {
            targets = service.Value.Select(static url => url.Authority),
            // They end with their run: the rules do not miss them (ApeTestServiceGone).
            labels = new { job = service.Key, lifetime = "run" },
        });
        try
        {
            // Prometheus must never read half of it.
            File.WriteAllText(_file + ".new", JsonSerializer.Serialize(groups));
            File.Move(_file + ".new", _file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A run goes on without being watched; whether its directory can be written is judged elsewhere.
        }
    }
}
