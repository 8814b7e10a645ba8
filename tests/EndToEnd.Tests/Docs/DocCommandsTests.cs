using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Docs;

/// <summary>Every command of the documentation is run, page by page, in the order in which it stands there.</summary>
public sealed class DocCommandsTests
{
    /// <summary>Pages with commands. While one is written, <c>APETEST_DOCS=docs/models.md</c> runs that page alone.</summary>
    public static TheoryData<string> Pages => [.. DocPage.All.Where(static page => page == (Environment.GetEnvironmentVariable("APETEST_DOCS") ?? page) && DocPage.Blocks(page).Any(static block => block.IsShell && block.Marks.NotRun is null))];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Commands_OfThePage_EndAsItSays(string page)
    {
        await using var shell = new DocShell();
        var skipped = new List<string>();
        foreach (var block in DocPage.Blocks(page))
        {
            if (await shell.ProvideAsync(block) is { } absent)
            {
                skipped.Add(absent);
            }
            else if (block.Marks.NotRun is not null || !block.IsShell)
            {
                await PrepareAsync(shell, block);
            }
            else
            {
                await RunAsync(shell, block);
            }
        }
        await shell.EndAsync();
        Requires.That(skipped.Count == 0, string.Join("; ", skipped));
    }

    private static async Task RunAsync(DocShell shell, DocBlock block)
    {
        await PrepareAsync(shell, block);
        var commands = block.Commands;
        for (var i = 0; i < commands.Count; i++)
        {
            await shell.RunAsync(block, commands[i], i == commands.Count - 1 ? block.Marks.Code : 0);
        }
    }

    private static async Task PrepareAsync(DocShell shell, DocBlock block)
    {
        if (block.Marks.File is not null)
        {
            shell.Write(block);
        }
        if (block.Marks.First.Count > 0)
        {
            // It brings what it needs: what an earlier block left in the background would be a second run.
            await shell.EndRunsAsync();
        }
        foreach (var command in block.Marks.First)
        {
            await shell.RunAsync(block, command, 0);
        }
    }
}
