using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Directory;

public sealed class SessionLogTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Read_TornOversizedAndForeignLines_GivesTheOthers()
    {
        var directory = RunDirectory.Create(_temp.Path, TestRun.Id);
        File.WriteAllLines(directory.SessionsFile,
        [
            Line("1-0"), "garbage", "\0\0", "null", "[]", $"\"{new string('x', SessionLog.MostLineBytes)}\"", Line("2-0"), Line("3-0")[..50] + Line("4-0"), Line("5-0"),
        ]);
        File.AppendAllText(directory.SessionsFile, Line("6-0")[..80]);

        Assert.Equal(["1-0", "2-0", "5-0"], await SessionsAsync(directory));

        File.AppendAllText(directory.SessionsFile, Line("6-0")[80..]);

        Assert.Equal(["1-0", "2-0", "5-0", "6-0"], await SessionsAsync(directory));
    }

    private static string Line(string session) =>
        JsonSerializer.Serialize(TestRun.Session(SessionOutcome.Failed, session), RunsJson.Line.SessionRecord);

    private static async Task<List<string>> SessionsAsync(RunDirectory directory)
    {
        var sessions = new List<string>();
        await foreach (var record in SessionLog.ReadAsync(directory, null, TestContext.Current.CancellationToken))
        {
            sessions.Add(record.Session);
        }
        return sessions;
    }
}
