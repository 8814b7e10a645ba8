using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Tests.Shared.GraphQl;

/// <summary>
/// A GraphQL endpoint at <c>/api/graphql</c>, one at <c>/graphql</c> that refuses all, and nothing else: films and their screenings, what only a user who is logged in sees, a query that changes
/// something although none should, and a mutation. Real Kestrel on a free loopback port.
/// </summary>
public sealed class GraphQlCinema : IAsyncDisposable
{
    private static readonly (string Type, string Field, string Of, string[] Arguments)[] Fields =
    [
        ("Query", "cinemaCount", "Int!", []),
        ("Query", "me", "User", []),
        ("Query", "sendNewsletter", "Boolean!", []),
        ("Query", "films", "[Film!]!", []),
        ("Query", "allCinemas", "[Cinema!]!", []),
        ("Query", "film", "Film", ["id: ID!"]),
        ("Query", "screenings", "[Screening!]!", ["filmId: ID!"]),
        ("Query", "takings", "[Taking!]!", ["from: String!", "to: String!"]),
        ("Mutation", "bookSeat", "Screening!", ["screeningId: ID!"]),
        ("Film", "id", "ID!", []),
        ("Film", "title", "String!", []),
        ("Screening", "id", "ID!", []),
        ("Screening", "filmId", "ID!", []),
        ("Screening", "room", "String!", []),
        ("Cinema", "id", "ID!", []),
        ("Cinema", "town", "String!", []),
        ("Taking", "day", "String!", []),
        ("User", "name", "String!", []),
    ];

    private readonly WebApplication _app;

    private GraphQlCinema(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_app.Urls.First());

    /// <summary>Fields that were asked for, introspection left out.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Starts one.</summary>
    public static async Task<GraphQlCinema> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var cinema = new GraphQlCinema(app);
        app.MapPost("/api/graphql", (Delegate)cinema.AnswerAsync);
        app.MapPost("/graphql", static () => Results.StatusCode(StatusCodes.Status403Forbidden));
        await app.StartAsync(cancellationToken);
        return cinema;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var query = request.RootElement.GetProperty("query").GetString()!;
        if (query.Contains("__schema", StringComparison.Ordinal))
        {
            return Json(new JsonObject { ["data"] = new JsonObject { ["__schema"] = Schema() } });
        }
        var field = request.RootElement.GetProperty("operationName").GetString()!;
        Asked.Enqueue(field);
        var variables = request.RootElement.GetProperty("variables");
        JsonNode? value = field switch
        {
            "cinemaCount" => 2,
            "sendNewsletter" => true,
            "films" => new JsonArray(Film("f-1", "Metropolis"), Film("f-2", "Sunrise")),
            "allCinemas" => new JsonArray(new JsonObject { ["id"] = "c-1", ["town"] = "Ulm" }),
            "film" when variables.GetProperty("id").GetString() is "f-1" or "f-2" => Film(variables.GetProperty("id").GetString()!, "Metropolis"),
            "screenings" when variables.GetProperty("filmId").GetString() is "f-1" or "f-2" => new JsonArray(new JsonObject { ["id"] = "s-1", ["filmId"] = variables.GetProperty("filmId").GetString(), ["room"] = "A" }),
            _ => null,
        };
        return Json(value is not null ? new JsonObject { ["data"] = new JsonObject { [field] = value } }
            : new JsonObject { ["data"] = null, ["errors"] = new JsonArray(new JsonObject { ["message"] = "log in first", ["extensions"] = new JsonObject { ["code"] = "UNAUTHENTICATED" } }) });
    }

    private static JsonObject Film(string id, string title) => new() { ["id"] = id, ["title"] = title };

    private static JsonObject Schema() => new()
    {
        ["queryType"] = new JsonObject { ["name"] = "Query" },
        ["mutationType"] = new JsonObject { ["name"] = "Mutation" },
        ["types"] = new JsonArray([
            .. Fields.GroupBy(static field => field.Type).Select(static type => (JsonNode)new JsonObject
            {
                ["kind"] = "OBJECT",
                ["name"] = type.Key,
                ["fields"] = new JsonArray([.. type.Select(static field => (JsonNode)new JsonObject
                {
                    ["name"] = field.Field,
                    ["args"] = new JsonArray([.. field.Arguments.Select(static argument => (JsonNode)new JsonObject { ["name"] = argument.Split(": ")[0], ["type"] = Reference(argument.Split(": ")[1]) })]),
                    ["type"] = Reference(field.Of),
                })]),
            }),
            .. new[] { "ID", "String", "Int", "Boolean" }.Select(static name => (JsonNode)new JsonObject { ["kind"] = "SCALAR", ["name"] = name }),
        ]),
    };

    private static JsonObject Reference(string type) => type[^1] == '!' ? new() { ["kind"] = "NON_NULL", ["ofType"] = Reference(type[..^1]) }
        : type[0] == '[' ? new() { ["kind"] = "LIST", ["ofType"] = Reference(type[1..^1]) }
        : new() { ["kind"] = type is "ID" or "String" or "Int" or "Boolean" ? "SCALAR" : "OBJECT", ["name"] = type };

    private static IResult Json(JsonObject answer) => Results.Text(answer.ToJsonString(), "application/json");
}
