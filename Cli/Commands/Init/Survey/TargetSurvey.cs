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
/// <param name="suggests">Whether goals are looked for where that asks the target for more than its description. Default true.</param>
internal sealed class TargetSurvey(TimeProvider time, string baseDirectory, bool hasUser, bool suggests = true)
{
    private static readonly string[] UsualGraphQl = ["/graphql", "/api/graphql", "/v1/graphql", "/query"];

    // How long goals are tried: a target that is slow now is suggested what was seen to work until then.
    private static readonly TimeSpan TrialLimit = TimeSpan.FromSeconds(30);

    // What of it pages are read for: a goal of them takes as long again, and there are several.
    private static readonly TimeSpan ReadLimit = TrialLimit / 3;

    /// <summary>Looks. A target that does not answer, and a named document that cannot be read, throw <see cref="ApeTestException"/> (exit 3, 2).</summary>
    /// <param name="url">The target.</param>
    /// <param name="openApi">Where its OpenAPI document is said to be; null: at the usual places.</param>
    /// <param name="graphQl">Where its GraphQL endpoint is said to be; null: at the usual places, if there is no OpenAPI document.</param>
    /// <param name="headers">Headers that the target wants.</param>
    /// <param name="template">The template that was asked for, which says what the target speaks; null: it is found out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<TargetFindings> LookAsync(Uri url, string? openApi, string? graphQl, IReadOnlyDictionary<string, string> headers, InitTemplate? template, CancellationToken cancellationToken)
    {
        var target = new TargetSpec { Url = url, Headers = headers.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase), Timeout = TargetProbe.Limit };
        using var probe = new TargetProbe(target, time);
        var status = await probe.ReachAsync(cancellationToken);
        if (template is { Kind: TargetKind.Web })
        {
            return await PagesAsync(target, new TargetFindings(url, TargetKind.Web, ToolCatalog.Generic(url)) { Status = status }, cancellationToken);
        }
        var isGraphQl = graphQl is not null || template is { Kind: TargetKind.GraphQl };
        var source = new OpenApiSource(probe.ReadAsync, url, openApi, baseDirectory);
        var document = isGraphQl && openApi is null ? null : await source.FindAsync(cancellationToken);
        if (document is null && source.Refusal is null && template is { Kind: TargetKind.Rest })
        {
            throw new ApeTestException($"--template rest makes tools of an OpenAPI document, and there is none at the usual paths of {url}",
                "Say where it is: --openapi /path, a URL or a file. Without one: --template graphql or web, or no template.", ExitCodes.Input);
        }
        var isPage = status is >= 200 and < 300 && probe.ContentType is "text/html" or "application/xhtml+xml";
        // Who refuses documents refuses /graphql too, which says nothing of whether it is there.
        var (endpoint, schema) = document is null && source.Refusal is null && template is not { Kind: TargetKind.Rest } ? await GraphQlAsync(probe, url, graphQl, isGraphQl, cancellationToken) : (null, null);
        if (isPage && !isGraphQl && schema is { Text: null })
        {
            // An application of pages refuses what is posted without its value against forgery, anywhere.
            (endpoint, schema) = (null, null);
        }
        var catalog = TargetCatalog.Import(url, document, endpoint, schema);
        if (document is not null)
        {
            var (login, registration) = (LoginFinder.Login(catalog), LoginFinder.Registration(catalog));
            return new TargetFindings(url, TargetKind.Rest, catalog)
            {
                Status = status,
                OpenApi = openApi ?? Below(url, document.Where),
                Login = login,
                Registration = registration,
                Goals = new GoalSuggester(catalog, login, registration, hasUser).Suggest(),
            };
        }
        if (endpoint is not null)
        {
            return new TargetFindings(url, TargetKind.GraphQl, catalog)
            {
                Status = status,
                GraphQl = endpoint,
                Goals = await TryAsync(target, catalog, (trial, limit) => new QueryGoals(catalog, trial).SuggestAsync(limit), cancellationToken),
            };
        }
        var findings = new TargetFindings(url, isPage ? TargetKind.Web : TargetKind.Plain, catalog) { Status = status, Refusal = source.Refusal };
        return isPage ? await PagesAsync(target, findings, cancellationToken) : findings;
    }

    private async Task<TargetFindings> PagesAsync(TargetSpec target, TargetFindings findings, CancellationToken cancellationToken)
    {
        using var reading = new CancellationTokenSource(ReadLimit, time);
        return findings with { Goals = await TryAsync(target, findings.Catalog, (trial, limit) => new PageGoals(target.Url, trial, reading.Token).SuggestAsync(limit), cancellationToken) };
    }

    private async Task<IReadOnlyList<SuggestedGoal>> TryAsync(TargetSpec target, ToolCatalog catalog, Func<GoalTrial, CancellationToken, Task<IReadOnlyList<SuggestedGoal>>> suggest, CancellationToken cancellationToken)
    {
        if (!suggests)
        {
            return [];
        }
        using var trial = new GoalTrial(target, catalog, time);
        using var limit = new CancellationTokenSource(TrialLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var goals = await suggest(trial, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            return goals;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <summary>The endpoint with what it says of itself. Where none was named, one that tells its schema; else the first that refuses to, unless all of them do.</summary>
    private static async Task<(string? Endpoint, GraphQlText? Schema)> GraphQlAsync(TargetProbe probe, Uri url, string? named, bool isExpected, CancellationToken cancellationToken)
    {
        if (named is not null)
        {
            return (named, await new GraphQlSource(probe.PostAsync, url, named).FindAsync(cancellationToken));
        }
        var refused = new List<(string Where, GraphQlText Said)>();
        ApeTestException? unreadable = null;
        foreach (var where in UsualGraphQl)
        {
            try
            {
                var said = await new GraphQlSource(probe.PostAsync, url, where).FindAsync(cancellationToken);
                if (said.Text is not null)
                {
                    return (where, said);
                }
                refused.Add((where, said));
            }
            catch (ApeTestException exception)
            {
                unreadable ??= exception.InnerException is null ? null : exception;
            }
        }
        // Who refuses at each of them refuses whatever is posted. That is no endpoint, unless somebody said that there is one.
        if (refused.Count > 0 && (isExpected || refused.Count < UsualGraphQl.Length))
        {
            return refused[0];
        }
        return !isExpected ? (null, null) : throw unreadable ?? new ApeTestException($"there is no GraphQL endpoint at the usual paths of {url}: {string.Join(", ", UsualGraphQl)}",
            "Say where it is: --graphql /path, one that takes POST. Without one: --template rest or web, or no template.", ExitCodes.Input);
    }

    private static string Below(Uri url, string where)
    {
        var root = url.AbsoluteUri.TrimEnd('/');
        return where.StartsWith(root, StringComparison.Ordinal) ? where[root.Length..] : where;
    }
}
