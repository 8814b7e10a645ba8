using System.Text.Json;
using ApeTest.Scenarios;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary>What a GraphQL endpoint says of itself.</summary>
/// <param name="Text">Its answer to the introspection query, for <see cref="GraphQlImporter"/>; null where it forbids to ask.</param>
/// <param name="Where">URL of the endpoint, for messages.</param>
/// <param name="Refusal">Why there is no text, in words for the user; null where there is one.</param>
public sealed record GraphQlText(string? Text, string Where, string? Refusal);

/// <summary>Asks the target's GraphQL endpoint for its schema.</summary>
/// <param name="post">Posts JSON.</param>
/// <param name="target">Base URL of the target.</param>
/// <param name="where">The endpoint: a path on the target that begins with '/', or an absolute URL.</param>
public sealed class GraphQlSource(PostJson post, Uri target, string where)
{
    private const string Fix = "Set target.graphql to the path of the endpoint that takes POST, such as /graphql; leave it out for a target without GraphQL.";

    private const int MaxReason = 200;

    /// <summary>
    /// The schema, or why it is not told: then the tool <c>graphql</c> remains. An endpoint that does not answer, or not as GraphQL, throws
    /// <see cref="ApeTestException"/> (exit 3 or 2).
    /// </summary>
    public async Task<GraphQlText> FindAsync(CancellationToken cancellationToken)
    {
        var url = GraphQlImporter.Endpoint(where, target);
        DocumentAnswer answer;
        try
        {
            answer = await post(url, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["query"] = IntrospectionQuery.Text, ["operationName"] = IntrospectionQuery.Name }), cancellationToken);
        }
        catch (DocumentUnreadableException e)
        {
            throw new ApeTestException($"the GraphQL schema at {url} cannot be read: {e.Message}", Fix, e.IsTooLarge ? ExitCodes.Input : ExitCodes.Environment, e);
        }
        return Read(answer) switch
        {
            (true, _) => new GraphQlText(answer.Text, url.ToString(), null),
            (_, { } reason) => new GraphQlText(null, url.ToString(),
                $"{url} does not tell its schema ({reason}): the agents have the one tool `graphql`, which takes any query. Allow introspection for one tool for each query and mutation."),
            _ => throw new ApeTestException($"there is no GraphQL endpoint at {url}: the server answered {answer.Status} {answer.ContentType}".TrimEnd(), Fix, ExitCodes.Input),
        };
    }

    private static (bool IsSchema, string? Refusal) Read(DocumentAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Text, GraphQlImporter.Deep);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                if (root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("__schema", out var schema) && schema.ValueKind == JsonValueKind.Object)
                {
                    return (true, null);
                }
                if (GraphQlErrors.Find(root) is { } error)
                {
                    return (false, ObservationWriter.Cut(error.Message, MaxReason));
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON: judged by its status.
        }
        return (false, answer.Status is 401 or 403 ? $"it answered {answer.Status} to the introspection query" : null);
    }
}

/// <summary>Posts a JSON body to a URL. Throws <see cref="DocumentUnreadableException"/> where nothing usable answers.</summary>
public delegate Task<DocumentAnswer> PostJson(Uri url, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);
