using ApeTest.Cli.Embedded;
using Microsoft.AspNetCore.Builder;

namespace ApeTest.Cli.Samples;

/// <summary>Starts one service of a sample target.</summary>
/// <param name="service">Its name in logs.</param>
/// <param name="guard">Whether it keeps foreign hosts and origins out.</param>
/// <param name="isFront">Whether it is the one that is tested.</param>
/// <param name="add">Adds it.</param>
/// <param name="map">Maps it.</param>
/// <param name="cancellationToken">Gives up.</param>
internal delegate Task<EmbeddedService> StartService(string service, bool guard, bool isFront,
    Action<WebApplicationBuilder> add, Action<WebApplication> map, CancellationToken cancellationToken);
