using Microsoft.AspNetCore.Builder;

namespace ApeTest.EndToEnd.Tests.Planner;

/// <summary>A small web application that goals are tried on: its own state, and an OpenAPI document that says no more than documents do.</summary>
internal interface ISample
{
    /// <summary>Path of its OpenAPI document.</summary>
    string OpenApiPath { get; }

    /// <summary>Path that its operations are below, as the document's <c>servers</c> say; empty for none.</summary>
    string BasePath => "";

    /// <summary>Header that a tester has to configure, as an API key; null for none.</summary>
    string? Header => null;

    /// <summary>Adds what it needs.</summary>
    void Add(WebApplicationBuilder builder)
    {
    }

    /// <summary>Maps its operations and its document.</summary>
    void Map(WebApplication app);

    /// <summary>What its state holds beyond or unlike its seed, in words, sorted: what one would look up in its database.</summary>
    Task<IReadOnlyList<string>> FactsAsync(HttpClient client);
}
