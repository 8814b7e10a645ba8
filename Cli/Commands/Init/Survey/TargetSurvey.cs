using System.Collections.Immutable;
using ApeTest.Cli.Readiness;
using ApeTest.Cli.Templates;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>Looks at a target as a run would: is it there, what does it speak, what can be done there. Only reads.</summary>
/// <param name="time">Clock.</param>
/// <param name="baseDirectory">Directory that a document's file is relative to.</param>
/// <param name="hasUser">Whether a user to log in with is known, or will be asked for: goals log in rather than register.</param>
internal sealed class TargetSurvey(TimeProvider time, string baseDirectory, bool hasUser)
{
    private const string UsualGraphQl = "/graphql";

    /// <summary>Looks. A target that does not answer, and a named document that cannot be read, throw <see cref="ApeTestException"/> (exit 3, 2).</summary>
    /// <param name="url">The target.</param>
    /// <param name="openApi">Where its OpenAPI document is said to be; null: at the usual places.</param>
    /// <param name="graphQl">Where its GraphQL endpoint is said to be; null: at the usual place, if there is no OpenAPI document.</param>
    /// <param name="headers">Headers that the target wants.</param>
    /// <param name="template">The template that was asked for, which says what the target speaks; null: it is found out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<TargetFindings> LookAsync(Uri url, string? openApi, string? graphQl, IReadOnlyDictionary<string, string> headers, InitTemplate? template, CancellationToken cancellationToken)
    {
        graphQl ??= template?.GraphQl;
        using var probe = new TargetProbe(new TargetSpec { Url = url, Headers = headers.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase) }, time);
        await probe.ReachAsync(cancellationToken);
        if (template is { Kind: TargetKind.Web })
        {
            return new TargetFindings(url, TargetKind.Web, ToolCatalog.Generic(url));
        }
        var source = new OpenApiSource(probe.ReadAsync, url, openApi, baseDirectory);
        var document = graphQl is not null && openApi is null ? null : await source.FindAsync(cancellationToken);
        if (document is null && source.Refusal is null && template is { Kind: TargetKind.Rest })
        {
            throw new ApeTestException($"--template rest makes tools of an OpenAPI document, and there is none at the usual paths of {url}",
                "Say where it is: --openapi /path, a URL or a file. Without one: --template graphql or web, or no template.", ExitCodes.Input);
        }
        // Who refuses documents refuses /graphql too, which says nothing of whether it is there.
        var (endpoint, schema) = document is null && source.Refusal is null && template is not { Kind: TargetKind.Rest } ? await GraphQlAsync(probe, url, graphQl, cancellationToken) : (null, null);
        var catalog = TargetCatalog.Import(url, document, endpoint, schema);
        if (document is not null)
        {
            var (login, registration) = (LoginFinder.Login(catalog), LoginFinder.Registration(catalog));
            return new TargetFindings(url, TargetKind.Rest, catalog)
            {
                OpenApi = openApi ?? Below(url, document.Where),
                Login = login,
                Registration = registration,
                Goals = new GoalSuggester(catalog, login, registration, hasUser).Suggest(),
            };
        }
        return endpoint is not null
            ? new TargetFindings(url, TargetKind.GraphQl, catalog) { GraphQl = endpoint }
            : new TargetFindings(url, await IsPageAsync(probe, url, cancellationToken) ? TargetKind.Web : TargetKind.Plain, catalog) { Refusal = source.Refusal };
    }

    private static async Task<(string? Endpoint, GraphQlText? Schema)> GraphQlAsync(TargetProbe probe, Uri url, string? named, CancellationToken cancellationToken)
    {
        try
        {
            return (named ?? UsualGraphQl, await new GraphQlSource(probe.PostAsync, url, named ?? UsualGraphQl).FindAsync(cancellationToken));
        }
        catch (ApeTestException) when (named is null)
        {
            // Nobody said that there is one.
            return (null, null);
        }
    }

    private static async Task<bool> IsPageAsync(TargetProbe probe, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            return (await probe.ReadAsync(url, cancellationToken)).ContentType is "text/html" or "application/xhtml+xml";
        }
        catch (DocumentUnreadableException)
        {
            return false;
        }
    }

    private static string Below(Uri url, string where)
    {
        var root = url.AbsoluteUri.TrimEnd('/');
        return where.StartsWith(root, StringComparison.Ordinal) ? where[root.Length..] : where;
    }
}
