using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model.Journeys;

/// <summary>A request's template, what is taken from its answer, and what that must be. Texts may hold <c>{{placeholders}}</c> (<see cref="Data.Template"/>).</summary>
public sealed record RequestSpec
{
    /// <summary>HTTP method, in capitals.</summary>
    public required string Method { get; init; }

    /// <summary>
    /// Path below the target's URL with its query, or an absolute URL on an allowed host. Values are escaped where they stand; one at the very
    /// beginning is a reference, as an extracted <c>Location</c>, and stands as it is.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Query parameters appended to the path: name -> template; names and values are escaped. Default none.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>Headers: name -> template. Default none.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; null for none.</summary>
    public BodySpec? Body { get; init; }

    /// <summary>Name -> source: <c>$.id</c>, <c>header:Location</c>, <c>cookie:sid</c>, <c>regex:...</c>, <c>css:...</c>, <c>xpath:...</c>. Where one gives nothing, the step fails (<c>extraction</c>). Default none.</summary>
    public ImmutableSortedDictionary<string, string> Extract { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What the answer must be. <see cref="CheckSpec.Status"/> has a default.</summary>
    public CheckSpec Check { get; init; } = new();

    /// <summary>Whether the session goes on where the step failed (its error is counted all the same, and the session does not succeed). Default false.</summary>
    public bool Continue { get; init; }

    /// <summary>Most redirects that are followed; 0: none. Each hop is an exchange of the same operation. Default 5.</summary>
    public int Redirects { get; init; } = 5;

    /// <summary>Time limit of the request with its answer. Null: the target's.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Most times that it is sent again after no answer, 429 or 5xx; each is counted. Default 0.</summary>
    public int Retries { get; init; }
}

/// <summary>A body. Exactly one of its properties is set, beside <see cref="ContentType"/>.</summary>
public sealed record BodySpec
{
    /// <summary>
    /// A JSON text with placeholders, each escaped as part of its string. A string that is nothing but <c>{{qty:json}}</c> gives the value as it is,
    /// without quotes: a number, a boolean, an extracted object. <c>application/json</c>. Null: see the others.
    /// </summary>
    public string? Json { get; init; }

    /// <summary><c>application/x-www-form-urlencoded</c>: names and values are escaped. Default (empty): see the others.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Form { get; init; } = [];

    /// <summary><c>multipart/form-data</c>. Default (empty): see the others.</summary>
    public ImmutableArray<PartSpec> Multipart { get; init; } = [];

    /// <summary>An XML text; values are escaped. <c>application/xml</c>.</summary>
    public string? Xml { get; init; }

    /// <summary>A text as it is, values unescaped. <c>text/plain; charset=utf-8</c>.</summary>
    public string? Text { get; init; }

    /// <summary>A GraphQL document, sent as JSON with <see cref="Variables"/>; <c>errors</c> in its answer fail the step (<c>graphql</c>).</summary>
    public string? GraphQl { get; init; }

    /// <summary>Variables of <see cref="GraphQl"/>: a JSON object as <see cref="Json"/>. Null: none.</summary>
    public string? Variables { get; init; }

    /// <summary>Content of a file, read when the scenario is loaded, sent as it is; Base64 here. <c>application/octet-stream</c>.</summary>
    public string? Bytes { get; init; }

    /// <summary>Content type in place of the kind's own; null: that.</summary>
    public string? ContentType { get; init; }
}

/// <summary>A part of a multipart body.</summary>
/// <param name="Name">Field.</param>
/// <param name="Text">Its value as a template; null where it is <paramref name="Bytes"/>.</param>
/// <param name="FileName">File name; null for a plain field.</param>
/// <param name="ContentType">Content type; null for none.</param>
/// <param name="Bytes">Content of a file, Base64, read when the scenario is loaded; null where it is <paramref name="Text"/>.</param>
public sealed record PartSpec(string Name, string? Text, string? FileName, string? ContentType, string? Bytes);

/// <summary>What an answer must be: a step that is not as it must be fails (<c>check</c>).</summary>
public sealed record CheckSpec
{
    /// <summary>Statuses: <c>201</c>, <c>2xx</c>, <c>200|404</c>. Null: any below 400 (of a followed redirect the last).</summary>
    public string? Status { get; init; }

    /// <summary>JSON path -> comparison. Default none.</summary>
    public ImmutableSortedDictionary<string, string> Json { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Header -> comparison of its text. Default none.</summary>
    public ImmutableSortedDictionary<string, string> Header { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Comparison of the body as text; a plain value must be contained. Null: none.</summary>
    public string? Text { get; init; }

    /// <summary>Regular expression that the body matches somewhere. Null: none.</summary>
    public string? Regex { get; init; }

    /// <summary>Longest time from dispatch to the last byte. Null: any.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>Most bytes of the body. Null: any.</summary>
    public long? MaxBytes { get; init; }
}
