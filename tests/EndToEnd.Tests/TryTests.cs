using System.Text.Json;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.EndToEnd.Tests;

/// <summary><c>ape-test try</c> as people use it, on an application that it has never seen.</summary>
public sealed class TryTests
{
    private const string Secret = "s3cr3t-4711";

    private static readonly string Goal =
        $"Sign in with library card {LibraryApi.Card(1).Number} and PIN {LibraryApi.Card(1).Pin}, borrow the book \"Frankenstein\", then sign out.";

    [Fact]
    public async Task Try_InAnEmptyDirectory_TellsTheSessionAndItsEvidence()
    {
        using var directory = new TempDirectory();

        var result = (await ApeProcess.RunAsync(directory, "try")).Exits(0);

        Assert.Contains("sample shop", result.Error, StringComparison.Ordinal);
        Assert.All(result.Out.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.Contains("     sent     POST /checkout\n     got      201 in ", result.Out, StringComparison.Ordinal);
        Assert.Contains("evidence ok  checkout = 201", result.Out, StringComparison.Ordinal);
        Assert.Contains("outcome  succeeded in ", result.Out, StringComparison.Ordinal);
        var run = await RunOnDisk.ReadAsync(directory);
        var session = Assert.Single(run.Sessions);
        Assert.Contains($"ape-test logs {session.Run[^4..]} --grep {session.TraceId}", result.Out, StringComparison.Ordinal);
        Assert.Contains("order.placed", (await ApeProcess.RunAsync(directory, "logs", "--grep", session.TraceId, "--format", "json")).Exits(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_ThenStartOfWhatWasSaved_NeedsOnlyItsVariables()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.Combine("saved"));
        Dictionary<string, string> variables = new() { ["LIBRARY_KEY"] = Secret };

        var tried = await ApeProcess.RunWithAsync(directory, variables, "try", "--target", library.Url.ToString(), "--openapi", library.OpenApiUrl.ToString(),
            "--goal", Goal, "--success", "borrowBook=201{loanId=$.loanId}", "--success", "GET /loans=200", "--header", "X-Library-Key: ${LIBRARY_KEY}",
            "--header", $"X-Trace-Key: {Secret}-2", "--model", "builtin/planner", "--save", "saved/library.yaml");

        tried.Exits(0);
        Assert.Single(library.Loans);
        var text = await File.ReadAllTextAsync(directory.Combine("saved/library.yaml"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Secret, text + tried.Out + tried.Error, StringComparison.Ordinal);
        Assert.Contains("X-Library-Key: \"${LIBRARY_KEY}\"", text, StringComparison.Ordinal);
        Assert.Contains("export X_TRACE_KEY=", tried.Error, StringComparison.Ordinal);

        variables["X_TRACE_KEY"] = "other";
        (await ApeProcess.RunWithAsync(directory, variables, "validate", "saved/library.yaml")).Exits(0);
        (await ApeProcess.RunWithAsync(directory, variables, "start", "saved/library.yaml", "--iterations", "2", "--quiet")).Exits(0);
        Assert.Equal(3, library.Loans.Count);
    }

    [Fact]
    public async Task Try_FileWithFeedAndFlags_IsSavedWithPathsThatHoldFromItsPlace()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.Combine("here"));
        Directory.CreateDirectory(directory.Combine("there"));
        await File.WriteAllTextAsync(directory.Combine("here/cards.csv"), $"number,pin\n{LibraryApi.Card(1).Number},{LibraryApi.Card(1).Pin}\n{LibraryApi.Card(2).Number},{LibraryApi.Card(2).Pin}\n",
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(directory.Combine("here/library.yaml"), $$$"""
            name: lending
            target: { url: "{{{library.Url}}}", timeout: 7s }
            agents: 3
            iterations: 6
            personas: [ { name: hurried, think: 1ms..2ms, prompt: "You are in a hurry: be quick." } ]
            data: { card: { csv: cards.csv } }
            secrets: [ card.pin ]
            session: { maxSteps: 12 }
            goals:
              - name: borrow
                weight: 3
                goal: Sign in with library card {{card.number}} and PIN {{card.pin}}, borrow the book "Frankenstein", then sign out.
                success: [ { operation: borrowBook, status: 201, json: { $.title: Frankenstein } } ]
            thresholds: { session_duration_p95: "< 1m" }
            """, TestContext.Current.CancellationToken);

        (await ApeProcess.RunAsync(directory, "try", "here/library.yaml", "--row", "2", "--seed", "7", "--save", "there/kept.yaml")).Exits(0);

        Assert.Equal(LibraryApi.Card(2).Number, Assert.Single(library.Loans).CardNumber);
        var text = await File.ReadAllTextAsync(directory.Combine("there/kept.yaml"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(LibraryApi.Card(1).Pin, text, StringComparison.Ordinal);
        var before = await ValuesAsync(directory, "here/library.yaml", "--seed", "7");
        var after = await ValuesAsync(directory, "there/kept.yaml");
        // The threshold that try adds, and the path from the new place.
        before["data.card.csv"] = "\"../here/cards.csv\"";
        before["thresholds.session_success"] = "\">= 0.95\"";
        Assert.Equal(before.OrderBy(pair => pair.Key, StringComparer.Ordinal), after.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        (await ApeProcess.RunAsync(directory, "start", "there/kept.yaml", "--iterations", "2", "--quiet")).Exits(0);
    }

    [Fact]
    public async Task Try_GoalThatProvesNothing_Exits99AndSaysWhatIsMissing()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "try", "--target", library.Url.ToString(), "--goal", Goal, "--success", "reserveBook=201", "--save", "library.yaml");

        result.Exits(99);
        Assert.Contains("evidence no  reserveBook = 201  reserveBook was never called", result.Out, StringComparison.Ordinal);
        Assert.Contains("The agent never called reserveBook.", result.Out, StringComparison.Ordinal);
        Assert.Contains("--success 'borrowBook=201'", result.Out, StringComparison.Ordinal);
        Assert.Contains("not saved to library.yaml", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.Combine("library.yaml")));
    }

    [Fact]
    public async Task Try_WithoutSuccess_KeepsTheDerivedOracleAsDeclared()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var tried = (await ApeProcess.RunAsync(directory, "try", "--target", library.Url.ToString(), "--goal", Goal, "--save", "library.yaml")).Exits(0);
        var started = (await ApeProcess.RunAsync(directory, "start", "library.yaml", "--iterations", "1", "--format", "json")).Exits(0);

        Assert.Contains("oracle   derived: borrowBook = 201", tried.Out, StringComparison.Ordinal);
        using var summary = JsonDocument.Parse(started.Out);
        Assert.Equal("declared", summary.RootElement.GetProperty("run").GetProperty("oracle").GetString());
    }

    [Fact]
    public async Task Try_FileThatExists_IsLeftAloneUntilForced()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.Combine("shop.yaml"), "mine", TestContext.Current.CancellationToken);

        (await ApeProcess.RunAsync(directory, "try", "--save", "shop.yaml")).Exits(2);
        Assert.Equal("mine", await File.ReadAllTextAsync(directory.Combine("shop.yaml"), TestContext.Current.CancellationToken));

        (await ApeProcess.RunAsync(directory, "try", "--save", "shop.yaml", "--force")).Exits(0);
        Assert.Contains("operation: checkout", await File.ReadAllTextAsync(directory.Combine("shop.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_Interrupted_TellsWhatHappenedSoFar()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        // It acts once, then thinks for an hour.
        await using var process = ApeProcess.Start(directory, "try", "--think", "1h", "--format", "json");
        await process.FirstOutputLineAsync();

        process.Signal("INT");
        var result = (await process.EndAsync()).Exits(130);

        using var last = JsonDocument.Parse(result.Out.TrimEnd('\n').Split('\n')[^1]);
        Assert.Equal("result", last.RootElement.GetProperty("event").GetString());
        Assert.Equal("interrupted", (await RunOnDisk.ReadAsync(directory)).Summary.Run.Status);
    }

    [Fact]
    public async Task DryRun_OneGoalOfTwoFails_Exits99AndNamesIt()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.Combine("ape.yaml"), $$"""
            target: { url: "{{library.Url}}" }
            agents: 50
            goals:
              - { name: borrow, goal: {{JsonSerializer.Serialize(Goal)}}, success: borrowBook=201 }
              - { name: look, goal: Find the book Frankenstein, success: borrowBook=201 }
            """, TestContext.Current.CancellationToken);

        (await ApeProcess.RunAsync(directory, "validate")).Exits(0);
        Assert.Empty(library.Loans);
        var result = (await ApeProcess.RunAsync(directory, "validate", "--dry-run")).Exits(99);

        Assert.Single(library.Loans);
        Assert.Contains("evidence ok  borrowBook = 201", result.Out, StringComparison.Ordinal);
        Assert.Contains("evidence no  borrowBook = 201  borrowBook was never called", result.Out, StringComparison.Ordinal);
        Assert.EndsWith("\n1 of 2 goals succeeded\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_TargetThatIsNotThere_Exits3()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "validate", "--dry-run", "--target", "http://127.0.0.1:1", "--goal", "x", "--success", "y=200");

        result.Exits(3);
        Assert.Contains("cannot be reached", result.Error, StringComparison.Ordinal);
    }

    /// <summary>What `validate` prints: path to value, without where it came from.</summary>
    private static async Task<Dictionary<string, string>> ValuesAsync(TempDirectory directory, params string[] arguments)
    {
        var lines = (await ApeProcess.RunAsync(directory, ["validate", .. arguments])).Exits(0).Out.TrimEnd('\n').Split('\n');
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = new List<(int Indent, string Key)>();
        foreach (var line in lines)
        {
            var text = line.Split(" # ")[0].TrimStart(' ', '-');
            var indent = line.Split(" # ")[0].Length - text.Length;
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            path.RemoveAll(step => step.Indent >= indent);
            path.Add((indent, colon < 0 ? text : text[..colon]));
            if (line.Contains(" # ", StringComparison.Ordinal))
            {
                values[string.Join('.', path.Select(step => step.Key))] = colon < 0 ? string.Empty : text[(colon + 1)..].Trim();
            }
        }
        return values;
    }
}
