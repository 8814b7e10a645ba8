using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ApeTest.Gateway.Tests.Configuration;

/// <summary>What docs/gateway.md shows of the gateway file can be loaded.</summary>
public sealed partial class GatewayDocsTests
{
    private static readonly (string Name, string Value)[] Variables = [("API_TOKEN", "t"), ("PASSWORD", "p"), ("API_KEY", "k")];

    [Fact]
    public void Docs_EveryJsonBlock_Loads()
    {
        var blocks = JsonBlock().Matches(File.ReadAllText(Path.Combine(Root(), "docs", "gateway.md"))).Select(static match => match.Groups[1].Value.Trim()).ToArray();

        Assert.Equal(5, blocks.Length);
        foreach (var file in blocks.SelectMany(AsFiles))
        {
            Assert.Null(Record.Exception(() => Files.Parse(file, Variables)));
        }
    }

    /// <summary>A whole file, its fields, or one kind of credentials a line.</summary>
    private static IEnumerable<string> AsFiles(string block) => block switch
    {
        _ when block.StartsWith("{ \"targets\"", StringComparison.Ordinal) => [block],
        _ when block.StartsWith("{ \"type\"", StringComparison.Ordinal) => block.Split('\n').Select(static line => Files.Target($"\"auth\":{line}")),
        _ when block.StartsWith("\"faults\"", StringComparison.Ordinal) => [$$"""{"targets":[{"name":"shop","url":"http://127.0.0.1:5080"}],{{block}}}"""],
        _ => [Files.Target(block)],
    };

    private static string Root([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
