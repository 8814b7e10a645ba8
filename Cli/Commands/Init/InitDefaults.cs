using System.Collections.Immutable;
using ApeTest.Cli.Commands.Init.Survey;
using ApeTest.Cli.Git;
using ApeTest.Cli.Samples;
using ApeTest.Cli.Templates;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Shop;

namespace ApeTest.Cli.Commands.Init;

/// <summary>Answers that nobody was asked for: from flags, what the target says of itself, and defaults.</summary>
internal static class InitDefaults
{
    private const int SampleUsers = 20;

    /// <summary>What is tested where nothing says it.</summary>
    public static InitTemplate Template => InitTemplate.All[0];

    /// <summary>The answers of a template on its sample, or on the target that the flags name.</summary>
    public static InitAnswers OfTemplate(InitRequest request, InitTemplate template) => Common(request, new InitAnswers
    {
        Name = request.Name,
        Sample = request.Target is null ? template.Sample : null,
        Url = request.Target ?? new Uri(ServiceUrls.Loopback(SampleTarget.Find(template.Sample).Port)),
        Template = template.Name,
        OpenApi = template.OpenApi,
        GraphQl = template.GraphQl,
        Header = request.Header,
        Columns = template.HasUsers ? [new LoginField("name", false, null), new LoginField("password", true, null)] : [],
        Users = template.HasUsers ? [.. Enumerable.Range(1, SampleUsers).Select(ShopSeed.User).Select(static user => ImmutableArray.Create(user.Name, user.Password))] : [],
    });

    /// <summary>The answers for a target that was looked at: goals of the flags, else the best that is suggested. None: <see cref="ApeTestException"/> (exit 2).</summary>
    public static InitAnswers OfTarget(InitRequest request, TargetFindings findings)
    {
        CheckLogin(request, findings);
        var goals = request.Goals.Count > 0
            ? OfGoals(request, findings, request.Login)
            : findings.Goals.Count > 0 ? ImmutableArray.Create(findings.Goals[0]) : throw NoGoal(request, findings);
        return Of(request, findings, goals, request.Login);
    }

    /// <summary>Throws <see cref="ApeTestException"/> (exit 2) where <c>--login</c> is not what the target's login asks for.</summary>
    public static void CheckLogin(InitRequest request, TargetFindings findings)
    {
        if (request.Login is { } given && given.Length != (findings.Login?.Fields.Length ?? 0))
        {
            throw findings.Login is { } login
                ? new ApeTestException($"--login has {given.Length} {(given.Length == 1 ? "value" : "values")}, and {login.Operation.Name} asks for {string.Join(", ", login.Fields.Select(static each => each.Name))}", $"Write --login {string.Join('/', login.Fields.Select(static each => each.Name.ToUpperInvariant()))}.", ExitCodes.Input)
                : new ApeTestException($"--login: no login was found at {findings.Url}", "Say it in the goal: --goal 'Log in as ann / secret, then ...'.", ExitCodes.Input);
        }
    }

    /// <summary>The goals of the flags, each of which logs in with the users that are given.</summary>
    public static ImmutableArray<SuggestedGoal> OfGoals(InitRequest request, TargetFindings findings, ImmutableArray<string>? user) =>
        [.. request.Goals.Select(goal => GoalCheck.Check(user is { } values ? GoalLogin.Into(goal, findings.Login!, values) : goal, request.Success, findings))];

    /// <summary>The answers for these goals, and these users; null: those that the document shows.</summary>
    public static InitAnswers Of(InitRequest request, TargetFindings findings, ImmutableArray<SuggestedGoal> goals, ImmutableArray<string>? user)
    {
        var columns = findings.Login is { } login && goals.Any(static goal => goal.UsesUsers) ? login.Fields : [];
        ImmutableArray<string> shown = [.. columns.Select(static column => column.Example ?? (column.IsSecret ? "change-me" : "user-1"))];
        return Common(request, new InitAnswers
        {
            Name = request.Name,
            Url = findings.Url,
            OpenApi = findings.OpenApi,
            GraphQl = findings.GraphQl,
            Header = request.Header,
            Goals = goals,
            Columns = columns,
            Users = columns.IsEmpty ? [] : [user ?? shown],
            UsersAreMadeUp = user is null && columns.Any(static column => column.Example is null),
            UsersArePrivate = !columns.IsEmpty && (user is { } values ? !values.SequenceEqual(shown) : columns.Any(static column => column.Example is null)),
        });
    }

    private static InitAnswers Common(InitRequest request, InitAnswers answers) => answers with
    {
        Below = GitRepository.Below(request.Directory),
        Agents = request.Agents ?? answers.Agents,
        Duration = request.Duration ?? answers.Duration,
        Model = request.Model ?? answers.Model,
    };

    private static ApeTestException NoGoal(InitRequest request, TargetFindings findings)
    {
        var example = findings.Kind switch
        {
            TargetKind.GraphQl => $"--goal '{MutationWords(findings) ?? "..."}' --success '{MutationName(findings) ?? "MUTATION"}=200'",
            TargetKind.Web => "--goal 'Log in as ann / secret, buy ...' --success 'GET /the/page/that/shows/it=200'",
            _ => $"--goal '{(findings.Login is { } login ? $"Log in as {string.Join(" / ", login.Fields.Select(static field => field.Name.ToUpperInvariant()))}, then ..." : "...")}' --success 'OPERATION=201'",
        };
        var sample = findings.Kind is TargetKind.GraphQl ? "graphql" : findings.Kind is TargetKind.Web ? "web" : "rest";
        // Who named the template has seen its sample; of what kind a target is that fails, nobody knows.
        var other = request.Template is null && findings.Warning is null ? $"\nOr begin with a sample of that kind and change it: ape-test init --template {sample}{(request.Yes ? " -y" : "")}" : "";
        return new ApeTestException($"no goal can be suggested for {findings.Url}: {findings.Words}", $"{(findings.Warning is null ? "Say" : "See that it works, and init again; or say")} what a user does there and what proves it: {example}{other}", ExitCodes.Input);
    }

    // A mutation that does something: its login is only on the way.
    private static string? MutationName(TargetFindings findings) =>
        findings.Catalog.ChangingNames.FirstOrDefault(name => !IsLogin(name)) ?? findings.Catalog.ChangingNames.FirstOrDefault();

    private static string? MutationWords(TargetFindings findings)
    {
        if (MutationName(findings) is not { } mutation)
        {
            return null;
        }
        var does = string.Concat(mutation.Select(static c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : c == '_' ? " " : $"{c}"));
        return findings.Catalog.ChangingNames.Any(name => name != mutation && IsLogin(name)) ? $"Log in as ann / secret, then {does} ..." : $"{char.ToUpperInvariant(does[0])}{does[1..]} ...";
    }

    private static bool IsLogin(string name) => name.Contains("login", StringComparison.OrdinalIgnoreCase) || name.Contains("signin", StringComparison.OrdinalIgnoreCase) || name.Contains("authenticate", StringComparison.OrdinalIgnoreCase);
}
