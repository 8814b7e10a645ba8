using System.Globalization;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>
/// Every wrong invocation as a process of its own: its exit code, what is said (what, where, the fix), nothing on standard output, no
/// stack trace, no secret, no file, no process. Four classes, so that they run side by side.
/// </summary>
internal static class BadInputTable
{
    /// <summary>What stands for a secret in a row: it is never repeated.</summary>
    private const string Secret = "hush";

    /// <summary>The rows of a theory by number, named by their lines.</summary>
    public static IEnumerable<TheoryDataRow<int>> Rows(BadRow[] rows) =>
        rows.Select((row, index) => new TheoryDataRow<int>(index) { TestDisplayName = $"ape-test {(row.Line.Length > 60 ? row.Line[..60] + "…" : row.Line)} [{row.Says.Split('|')[0]}]" });

    /// <summary>Runs a row and judges it.</summary>
    public static async Task CheckAsync(BadRow row, Uri server)
    {
        using var directory = new TempDirectory();
        foreach (var (name, text) in row.Files)
        {
            directory.Write(name, text);
        }
        row.Prepare?.Invoke(directory);
        var leftovers = new Leftovers(directory);
        var variables = row.Variables.ToDictionary(variable => variable.Name, variable => Fill(variable.Value, server), StringComparer.Ordinal);
        variables[Leftovers.Variable] = leftovers.Mark;

        var result = await ApeProcess.RunWithAsync(directory, variables, [.. row.Words().Select(word => Fill(word, server))]);

        result.Exits(row.Code);
        var lines = result.Error.Split('\n');
        var error = Array.FindIndex(lines, line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.True(error >= 0, result.Error);
        // What, then the fix.
        Assert.True(lines.Length > error + 2 && lines[error + 1].StartsWith("  ", StringComparison.Ordinal), $"there is no fix:\n{result.Error}");
        Assert.All(row.Says.Split('|'), part => Assert.Contains(Fill(part, server), result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpectedly", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
        leftovers.AssertNone();
    }

    private static string Fill(string text, Uri server) => text
        .Replace("{server}", server.ToString().TrimEnd('/'), StringComparison.Ordinal)
        .Replace("{host}", $"://{server.Authority}", StringComparison.Ordinal)
        .Replace("{port}", server.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}

/// <summary>See <see cref="FlagRows"/>.</summary>
public sealed class FlagTests
{
    private static readonly Uri NoServer = new("http://127.0.0.1:9/");

    public static IEnumerable<TheoryDataRow<int>> Rows => BadInputTable.Rows(FlagRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Line_ThatIsWrong_SaysWhatAndLeavesNothing(int row) => BadInputTable.CheckAsync(FlagRows.All[row], NoServer);
}

/// <summary>See <see cref="ScenarioRows"/>.</summary>
public sealed class ScenarioFileTests
{
    private static readonly Uri NoServer = new("http://127.0.0.1:9/");

    public static IEnumerable<TheoryDataRow<int>> Rows => BadInputTable.Rows(ScenarioRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task File_ThatIsWrong_SaysWhereAndLeavesNothing(int row) => BadInputTable.CheckAsync(ScenarioRows.All[row], NoServer);
}

/// <summary>See <see cref="ReadinessRows"/>.</summary>
public sealed class ReadinessTests(BadServer server) : IClassFixture<BadServer>
{
    public static IEnumerable<TheoryDataRow<int>> Rows => BadInputTable.Rows(ReadinessRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Surroundings_ThatAreNotReady_SayWhatAndLeaveNothing(int row) => BadInputTable.CheckAsync(ReadinessRows.All[row], server.Url);
}

/// <summary>See <see cref="RunRows"/>.</summary>
public sealed class RunTests(BadServer server) : IClassFixture<BadServer>
{
    public static IEnumerable<TheoryDataRow<int>> Rows => BadInputTable.Rows(RunRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Command_OnNoSuchRun_SaysWhatAndLeavesNothing(int row) => BadInputTable.CheckAsync(RunRows.All[row], server.Url);
}
