using System.Text;
using System.Text.Json;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.OpenApi;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.GraphQl;

/// <summary>A GraphQL endpoint at <c>/graphql</c> with the schema of <c>shop.json</c>: a token from <c>login</c>, and carts that need it.</summary>
internal sealed class GraphQlTarget(bool introspection)
{
    /// <summary>Documents received, introspection left out.</summary>
    public List<string> Queries { get; } = [];

    public static string Schema => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "GraphQl", "Documents", "shop.json"));

    /// <summary>Posts to a real target as the command line's probe does.</summary>
    public static PostJson Post(Uri target) => async (url, json, cancellationToken) =>
    {
        using var transport = Some.Transport(target);
        var exchange = await transport.SendAsync(
            Some.Get(url) with { Method = HttpMethod.Post, Body = json, ContentType = "application/json" }, cancellationToken);
        return exchange.ErrorType is null
            ? new DocumentAnswer(exchange.Status, exchange.Header("Content-Type")?.Split(';')[0], Encoding.UTF8.GetString(exchange.Body.Span))
            : throw new DocumentUnreadableException(exchange.ErrorMessage!);
    };

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
        Queries.Add(query);
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
}
