using System.Collections.Immutable;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>
/// Routes of a step: its own, and those that redirects and extracted URLs lead to, made when they are first needed and kept for the run, at most
/// <see cref="Most"/>. Thread-safe.
/// </summary>
internal sealed class StepRoutes
{
    private const int Most = 32;

    private readonly Func<string, Uri, string, RawRoute> _make;
    private readonly string _operation;
    private ImmutableArray<(Origin Origin, RawRoute Route)> _known;

    /// <param name="make">Makes a route.</param>
    /// <param name="operation">Name of the step.</param>
    /// <param name="server">The step's own server.</param>
    /// <param name="method">The step's own method.</param>
    public StepRoutes(Func<string, Uri, string, RawRoute> make, string operation, Uri server, string method)
    {
        (_make, _operation) = (make, operation);
        Own = (new Origin(server), make(operation, server, method));
        _known = [Own];
    }

    /// <summary>The step's own.</summary>
    public (Origin Origin, RawRoute Route) Own { get; }

    /// <summary>The route to a URL's server.</summary>
    public (Origin Origin, RawRoute Route) To(Uri url, string method)
    {
        foreach (var known in _known)
        {
            if (known.Origin.Contains(url) && known.Route.Method.Method == method)
            {
                return known;
            }
        }
        var server = new Uri(url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        var made = (new Origin(server), _make(_operation, server, method));
        ImmutableInterlocked.Update(ref _known, static (known, route) => known.Length < Most ? known.Add(route) : known, made);
        return made;
    }
}
