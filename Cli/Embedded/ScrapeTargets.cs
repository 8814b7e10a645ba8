using System.Text.Json;
using ApeTest.Runs.Directory;

namespace ApeTest.Cli.Embedded;

/// <summary>
/// <c>prometheus.json</c> in the run directory: where the services of a run in this process show their metrics, as Prometheus reads it
/// (<c>file_sd_configs</c>, https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config). It is there while they are:
/// targets that are gone would be told as down.
/// </summary>
internal sealed class ScrapeTargets(RunDirectory directory) : IDisposable
{
    private readonly string _file = Path.Combine(directory.Path, "prometheus.json");
    private readonly SortedDictionary<string, Uri> _services = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Adds a service.</summary>
    public void Add(string service, Uri url)
    {
        lock (_gate)
        {
            _services[service] = url;
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
            targets = new[] { service.Value.Authority },
            // They end with their run: the rules do not miss them (ApeTestServiceGone).
            labels = new { job = service.Key, mode = "embedded" },
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
