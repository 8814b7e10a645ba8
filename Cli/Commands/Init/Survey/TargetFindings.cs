using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>What was found at a target.</summary>
/// <param name="Url">Its URL.</param>
/// <param name="Kind">What it speaks.</param>
/// <param name="Catalog">Its tools.</param>
internal sealed record TargetFindings(Uri Url, TargetKind Kind, ToolCatalog Catalog)
{
    /// <summary>Value of <c>target.openapi</c>; null for none.</summary>
    public string? OpenApi { get; init; }

    /// <summary>Value of <c>target.graphql</c>; null for none.</summary>
    public string? GraphQl { get; init; }

    /// <summary>How its users log in; null where that is not known.</summary>
    public LoginForm? Login { get; init; }

    /// <summary>How they register; null where they cannot.</summary>
    public LoginForm? Registration { get; init; }

    /// <summary>Why it is not known whether there is an OpenAPI document: it is not shown without credentials. Null where it is known.</summary>
    public string? Refusal { get; init; }

    /// <summary>The header with credentials that operations want and no login here gives: an API key, basic credentials or a token. Null for none.</summary>
    public WantedKey? Key => Catalog.Operations.FirstOrDefault(static operation => operation.Security is SecurityKind.ApiKey) is { } operation
        ? operation.IsBasic ? new WantedKey("Authorization", "Basic ", "API_BASIC", "the base64 of USER:PASSWORD") : new WantedKey(operation.KeyHeader, "", "API_KEY", "the key")
        : Refusal is not null || (Login is null && Catalog.Operations.Any(static operation => operation.Security is SecurityKind.Bearer)) ? WantedKey.Token : null;

    /// <summary>Goals that can be proven, the best first.</summary>
    public IReadOnlyList<SuggestedGoal> Goals { get; init; } = [];

    /// <summary>Status of the answer at <see cref="Url"/> itself.</summary>
    public int Status { get; init; } = 200;

    /// <summary>What a person should know before a run: the target answers, but not as one that works. Null where it does.</summary>
    public string? Warning => Status >= 500 || (Kind is TargetKind.Plain or TargetKind.Web && Status is < 200 or >= 300) ? $"{Url} answers {Answered}" : null;

    /// <summary>In one line, for people.</summary>
    public string Words => Kind switch
    {
        TargetKind.Rest => $"OpenAPI document with {Catalog.Operations.Length} {(Catalog.Operations.Length == 1 ? "operation" : "operations")} at {OpenApi}",
        TargetKind.GraphQl => $"GraphQL endpoint at {GraphQl}: {string.Join(", ", Catalog.ActionNames.Take(6))}",
        TargetKind.Web when Warning is null => "pages and forms, no API description",
        _ when Warning is null => "it answers; no API description was found",
        _ => $"it answers {Answered}; no API description was found",
    } + (Login is { } login ? $"; users log in with {login.Operation.Name} ({string.Join(", ", login.Fields.Select(static each => each.Name))})" : string.Empty);

    private string Answered => Status switch
    {
        >= 500 => $"{Status}: it runs, and fails",
        401 or 407 => $"{Status}: it wants credentials",
        403 => $"{Status}: it refuses who asks",
        404 or 410 => $"{Status}: nothing is there, so its pages or API are below another path",
        429 => $"{Status}: it takes no more requests for now",
        >= 400 => $"{Status}: it refuses the request",
        >= 300 => $"{Status}: it redirects to where no run follows",
        _ => $"{Status}",
    };
}
