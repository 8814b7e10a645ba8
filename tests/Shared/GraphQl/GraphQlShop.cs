using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Tests.Shared.GraphQl;

/// <summary>A GraphQL endpoint at <c>/graphql</c> with the schema of <c>schema.json</c>: a token from <c>login</c>, and carts that need it.</summary>
/// <param name="introspection">Whether it tells its schema.</param>
public sealed class GraphQlShop(bool introspection)
{
    /// <summary>Documents received, introspection left out.</summary>
    public ConcurrentQueue<string> Queries { get; } = [];

    /// <summary>Its answer to the introspection query.</summary>
    public static string Schema { get; } = Read();

    /// <summary>Starts it on a free loopback port.</summary>
    public async Task<WebApplication> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(HandleAsync);
        await app.StartAsync(cancellationToken);
        return app;
    }

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path != "/graphql" || context.Request.Method != "POST")
        {
            context.Response.StatusCode = 404;
            return;
        }
        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var query = request.RootElement.GetProperty("query").GetString()!;
        var answer = query.Contains("__schema", StringComparison.Ordinal)
            ? introspection ? Schema : """{"errors":[{"message":"GraphQL introspection is not allowed"}]}"""
            : Answer(query, request.RootElement, context.Request.Headers.Authorization.ToString());
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }

    private string Answer(string query, JsonElement request, string authorization)
    {
        Queries.Enqueue(query);
        var variables = request.TryGetProperty("variables", out var given) ? given : default;
        return query switch
        {
            _ when query.Contains("login", StringComparison.Ordinal) => variables.GetProperty("password").GetString() == "pw"
                ? $$$$$"""{"data":{"login":{"token":"t-{{{{{variables.GetProperty("name").GetString()}}}}}","user":{"id":"1"}}}}"""
                : """{"data":null,"errors":[{"message":"wrong password","path":["login"]}]}""",
            _ when query.Contains("addToCart", StringComparison.Ordinal) => authorization.StartsWith("Bearer t-", StringComparison.Ordinal)
                ? $$$$$"""{"data":{"addToCart":{"id":"{{{{{authorization["Bearer ".Length..]}}}}}","lines":[]}}}"""
                : """{"data":null,"errors":[{"message":"log in first","extensions":{"code":"UNAUTHENTICATED"}}]}""",
            _ => """{"data":{"version":"7"}}""",
        };
    }

    private static string Read()
    {
        using var reader = new StreamReader(typeof(GraphQlShop).Assembly.GetManifestResourceStream("graphql-schema.json")!);
        return reader.ReadToEnd();
    }
}
