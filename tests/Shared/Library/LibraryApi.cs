using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Tests.Shared.Library;

/// <summary>
/// A second target for tests, unlike the shop in style: library loans, OpenAPI 3.0 written by hand at <c>/openapi.json</c>. Real Kestrel
/// on a free loopback port.
/// </summary>
public sealed class LibraryApi : IAsyncDisposable
{
    /// <summary>"Frankenstein" by Mary Shelley.</summary>
    public const string Frankenstein = "bk-0003";

    /// <summary>"Walden": no copy available, so borrowing answers 409 and reserving 201.</summary>
    public const string LentOutBook = "bk-0007";

    private readonly WebApplication _app;
    private readonly LibraryState _state;

    private LibraryApi(WebApplication app, LibraryState state)
    {
        _app = app;
        _state = state;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Url = new Uri(addresses.First());
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Its OpenAPI document.</summary>
    public Uri OpenApiUrl => new(Url, "/openapi.json");

    /// <summary>All loans so far, the oldest first.</summary>
    public IReadOnlyList<LibraryLoan> Loans => _state.Loans;

    /// <summary>Member <paramref name="number"/>, from 1: <c>card-0001</c> / <c>1234</c>, <c>card-0002</c> / <c>1235</c>, ...</summary>
    public static (string Number, string Pin) Card(int number)
    {
        return (
            string.Create(CultureInfo.InvariantCulture, $"card-{number:D4}"),
            string.Create(CultureInfo.InvariantCulture, $"{(1233 + number) % 10_000:D4}"));
    }

    /// <summary>Starts a library of its own.</summary>
    public static async Task<LibraryApi> StartAsync(LibraryOptions options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var state = new LibraryState(options, TimeProvider.System);
        builder.Services.AddSingleton(state);
        var app = builder.Build();
        app.MapLibrary();
        await app.StartAsync(cancellationToken);
        return new LibraryApi(app, state);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
    }
}
