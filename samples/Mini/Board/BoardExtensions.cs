using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Mini.Board.Queries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Mini.Board;

/// <summary>A message board with a GraphQL API: log in, read topics, send messages. State is in memory.</summary>
public static class BoardExtensions
{
    /// <summary>Its endpoint.</summary>
    public const string GraphQlPath = "/graphql";

    private const string Bearer = "Bearer ";

    /// <summary>Adds the board.</summary>
    public static WebApplicationBuilder AddBoard(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<BoardState>();
        return builder;
    }

    /// <summary>Maps the endpoint: POST for everything, GET for queries (graphql-over-http).</summary>
    public static WebApplication MapBoard(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapPost(GraphQlPath, PostAsync);
        app.MapGet(GraphQlPath, (HttpContext context, BoardState board, string? query, string? operationName, string? variables) =>
            Answer(context, board, query, operationName, variables is null ? null : Parse(variables), queryOnly: true));
        app.MapGet("/", () => Results.Content($"<!doctype html><title>Board</title><h1>Board</h1><p>A message board. Its GraphQL endpoint is at {GraphQlPath}.</p>", "text/html"));
        return app;
    }

    private static async Task<IResult> PostAsync(HttpContext context, BoardState board)
    {
        try
        {
            var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            return Answer(context, board, Text(body?["query"]), Text(body?["operationName"]), body?["variables"] as JsonObject, queryOnly: false);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Malformed("The body is not a JSON object.");
        }
    }

    private static IResult Answer(HttpContext context, BoardState board, string? query, string? operation, JsonObject? variables, bool queryOnly)
    {
        if (string.IsNullOrWhiteSpace(query))
        {
            return Malformed("query is required.");
        }
        var schema = new BoardSchema(board, Token(context.Request));
        var answer = new QueryExecutor(schema.Resolve).Execute(query, operation, variables, queryOnly);
        return Results.Json(answer, statusCode: answer.ContainsKey("data") ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static IResult Malformed(string message) =>
        Results.Json(new { errors = new[] { new { message } } }, statusCode: StatusCodes.Status400BadRequest);

    private static JsonObject? Parse(string variables)
    {
        try
        {
            return JsonNode.Parse(variables) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string? Token(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var value && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..] : null;
}
