using System.Text;
using System.Text.RegularExpressions;
using ApeTest.Cli.Tests;
using ApeTest.EndToEnd.Tests.Telemetry;

namespace ApeTest.EndToEnd.Tests.Feeds;

/// <summary>
/// The two builds (docs/design/018-full-feed.md): each project evaluates to exactly the packages and files that <c>Golden/Feeds</c> lists. <c>APETEST_GOLDEN=write</c>
/// writes the lists anew.
/// </summary>
public sealed partial class FeedTests
{
    public static TheoryData<string> Projects => [.. InSolution()];

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task Evaluate_OnEitherFeed_IsWhatIsIntended(string project)
    {
        var path = Repository.PathOf(project.Split('/'));
        var both = await Task.WhenAll(Evaluation.OfAsync(path, fullFeed: true), Evaluation.OfAsync(path, fullFeed: false));

        Golden.Check(File(project), Text(both[0], both[1]));
    }

    [Fact]
    public void Goldens_AreOfProjectsOfTheSolution() => Assert.Equal(
        InSolution().Select(File).Order(StringComparer.Ordinal),
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "Feeds")).Select(file => $"Feeds/{Path.GetFileName(file)}").Order(StringComparer.Ordinal));

    private static string Text(Evaluation full, Evaluation partial)
    {
        var text = new StringBuilder();
        Add("packages", full.Packages.Intersect(partial.Packages));
        Compare("packages", full.Packages, partial.Packages);
        Compare("pruned packages", full.Pruned, partial.Pruned);
        Compare("projects", full.Projects, partial.Projects);
        Compare("sources", full.Sources, partial.Sources);
        return text.ToString();

        void Compare(string what, SortedSet<string> one, SortedSet<string> other)
        {
            Add($"{what}, full feed only", one.Except(other));
            Add($"{what}, partial feed only", other.Except(one));
        }

        void Add(string title, IEnumerable<string> lines)
        {
            var list = lines.ToList();
            if (list.Count > 0)
            {
                text.Append(title).Append(":\n").AppendJoin("", list.Select(line => $"  {line}\n"));
            }
        }
    }

    private static string File(string project) => $"Feeds/{Path.GetFileNameWithoutExtension(project)}.txt";

    private static List<string> InSolution() =>
        [.. ProjectPath().Matches(System.IO.File.ReadAllText(Repository.PathOf("ApeTest.sln"))).Select(match => match.Groups[1].Value.Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [GeneratedRegex("\"([^\"]+\\.csproj)\"")]
    private static partial Regex ProjectPath();
}
