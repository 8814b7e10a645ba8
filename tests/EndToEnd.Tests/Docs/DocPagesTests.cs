using System.Text.RegularExpressions;
using ApeTest.Cli;
using ApeTest.Cli.Signals;

namespace ApeTest.EndToEnd.Tests.Docs;

/// <summary>What can be said of all pages without running anything.</summary>
public sealed partial class DocPagesTests
{
    private const int MostNotRun = 23;

    private static IReadOnlyList<DocBlock> Blocks { get; } = [.. DocPage.All.SelectMany(DocPage.Blocks)];

    [Fact]
    public void Commands_Everywhere_AreOnesOfApeTestAsItIs()
    {
        var tree = new CommandTree(Environment());
        var wrong = new List<string>();
        var calls = 0;
        foreach (var block in Blocks.Where(static block => block.IsShell))
        {
            foreach (var call in block.Commands.SelectMany(DocCommands.Calls).Where(static call => call is not ["feed", ..]))
            {
                calls++;
                wrong.AddRange(tree.Root.Parse(call).Errors.Select(error => $"{block.Place}: ape-test {string.Join(' ', call)}: {error.Message}"));
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(calls > 50, $"only {calls} commands were found");
    }

    [Fact]
    public void Commands_NotRun_AreFewAndSayWhy()
    {
        var notRun = Blocks.Where(static block => block.IsShell && block.Marks.NotRun is not null).ToList();

        Assert.True(notRun.Count <= MostNotRun, $"{notRun.Count} blocks are not run:\n{string.Join('\n', notRun.Select(static block => $"{block.Place}: {block.Marks.NotRun}"))}");
        Assert.All(notRun, static block => Assert.True(block.Marks.NotRun!.Split(' ').Length >= 4, $"{block.Place} needs a reason"));
    }

    [Fact]
    public void Commands_Everywhere_StandInBlocksForAShell()
    {
        var hidden = Blocks.Where(static block => block is { IsShell: false, Language: not ("yaml" or "json" or "csharp") })
            .Where(static block => block.Text.Split('\n').Any(static line => CommandLine().IsMatch(line))).Select(static block => block.Place);

        Assert.Empty(hidden);
    }

    [Fact]
    public void Links_OfThePages_LeadSomewhere()
    {
        var broken = new List<string>();
        foreach (var page in DocPage.All.Append(DocPage.Generated))
        {
            var text = File.ReadAllText(Path.Combine(DocPage.Root, page));
            foreach (var link in Link().Matches(text).Select(static match => match.Groups[1].Value).Where(static link => !link.Contains("://", StringComparison.Ordinal)))
            {
                var (file, anchor) = link.Split('#', 2) is [var path, var part] ? (path, part) : (link, "");
                var target = file.Length == 0 ? Path.Combine(DocPage.Root, page) : Path.GetFullPath(Path.Combine(DocPage.Root, Path.GetDirectoryName(page)!, file));
                if (!Path.Exists(target) || (anchor.Length > 0 && !Anchors(target).Contains(anchor)))
                {
                    broken.Add($"{page}: {link}");
                }
            }
        }
        Assert.Empty(broken);
    }

    [Fact]
    public void Index_OfTheDocs_NamesEveryPage()
    {
        var index = File.ReadAllText(Path.Combine(DocPage.Root, "docs", "README.md"));

        var missing = DocPage.All.Append(DocPage.Generated).Select(static page => page.Split('/')[^1]).Where(page => page != "README.md" && !index.Contains($"]({page})", StringComparison.Ordinal));

        Assert.Empty(missing);
        Assert.Contains("(docs/README.md)", File.ReadAllText(Path.Combine(DocPage.Root, "README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b\nc", new[] { "a b", "c" })]
    [InlineData("# no\n\na \\\n  b # c\n", new[] { "a \\\n  b # c" })]
    [InlineData("a 'b\nc' d\ne", new[] { "a 'b\nc' d", "e" })]
    [InlineData("a # isn't open\nb", new[] { "a # isn't open", "b" })]
    public void Of_Block_IsCutAtTheEndsOfCommands(string block, string[] commands) => Assert.Equal(commands, DocCommands.Of(block));

    [Theory]
    [InlineData("A=b ./ape-test start x.yaml --goal 'a | b' --auth 'bearer:$T' | jq .", new[] { "start", "x.yaml", "--goal", "a | b", "--auth", "bearer:$T" })]
    [InlineData("RUN=$(./ape-test start --detach)", new[] { "start", "--detach" })]
    [InlineData("./ape-test runs   # what ran", new[] { "runs" })]
    public void Calls_OfACommand_AreItsWords(string command, string[] words) => Assert.Equal(words, Assert.Single(DocCommands.Calls(command)));

    // As GitHub makes them: small letters, blanks as hyphens, punctuation left out.
    private static HashSet<string> Anchors(string file) => !file.EndsWith(".md", StringComparison.Ordinal) ? [] :
        [.. Heading().Matches(File.ReadAllText(file)).Select(static match => NoAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    private static CliEnvironment Environment() => new()
    {
        Out = TextWriter.Null, Error = TextWriter.Null, In = TextReader.Null, Variables = new Dictionary<string, string>(), CurrentDirectory = DocPage.Root,
        Time = TimeProvider.System, Signals = new NoSignals(),
    };

    private sealed class NoSignals : ISignalSource, IDisposable
    {
        public IDisposable Subscribe(Action<StopSignal> handler) => this;

        public void Dispose()
        {
            // Nothing was subscribed.
        }
    }

    [GeneratedRegex(@"^(?:[A-Z_]+=\S+ )*(?:\./)?(?:ape-test|curl|docker|kubectl|dotnet) ")]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"(?<!\\)\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
