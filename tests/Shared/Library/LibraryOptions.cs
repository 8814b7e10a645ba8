namespace ApeTest.Tests.Shared.Library;

/// <summary>What a <see cref="LibraryApi"/> is seeded with.</summary>
public sealed record LibraryOptions
{
    /// <summary>Members, see <see cref="LibraryApi.Card"/>. Default 200.</summary>
    public int Members { get; init; } = 200;

    /// <summary>Copies of each book but <see cref="LibraryApi.LentOutBook"/>, which has none. Default 100,000.</summary>
    public int Copies { get; init; } = 100_000;

    /// <summary>Life of an access token. Default 1 h.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Added to each request. Default none.</summary>
    public TimeSpan Latency { get; init; }
}
