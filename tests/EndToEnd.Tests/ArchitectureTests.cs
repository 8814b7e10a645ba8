using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ApeTest.EndToEnd.Tests;

/// <summary>The house's walls: who may refer to whom (docs/architecture.md), and what no project may hold.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Scenarios"] = [],
        ["ServiceDefaults"] = [],
        ["Targets"] = ["Scenarios"],
        ["Runs"] = ["Scenarios"],
        ["Observability"] = ["Runs", "ServiceDefaults"],
        ["Gateway"] = ["Targets", "ServiceDefaults"],
        ["LlmProxy"] = ["ServiceDefaults"],
        ["Agent"] = ["Targets", "Runs", "ServiceDefaults"],
        ["Cli"] = ["Scenarios", "ServiceDefaults", "Targets", "Runs", "Observability", "Gateway", "LlmProxy", "Agent", "Shop", "Mini"],
        ["Shop"] = ["ServiceDefaults"],
        ["Mini"] = ["Shop"],
        ["Testing"] = ["Cli"],
        ["Testing.Sample"] = ["Testing"],
        ["Hosting"] = [],
        ["AppHost.Sample"] = ["Shop", "Hosting"],
    };

    [Fact]
    public void References_OfEachProject_AreExactlyTheArrows()
    {
        foreach (var (project, file) in Projects())
        {
            Assert.True(Arrows.ContainsKey(project), $"{project} is no project of the design");
            Assert.Equal(Arrows[project].Order(StringComparer.Ordinal), References(file).Order(StringComparer.Ordinal));
        }
        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), Projects().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void GatewayProxyAndAgent_NeverSeeEachOther()
    {
        string[] apart = ["Gateway", "LlmProxy", "Agent"];
        foreach (var project in apart)
        {
            Assert.Empty(Reachable(project).Intersect(apart));
        }
    }

    [Fact]
    public void Programs_AreNamespacedInternalAndShort()
    {
        foreach (var file in Sources().Where(file => Path.GetFileName(file) == "Program.cs"))
        {
            var text = File.ReadAllText(file);
            Assert.Matches(@"\nnamespace ApeTest\.\w+;|^namespace ApeTest\.\w+;", text);
            Assert.Matches(@"internal (static|sealed) class Program", text);
            Assert.True(text.Split('\n').Length <= 40, $"{file} is longer than 40 lines");
        }
    }

    [Fact]
    public void Projects_HoldNoAppSettings() =>
        Assert.DoesNotContain(Files("*.json"), file => Path.GetFileName(file).StartsWith("appsettings", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Sources_NameNoPathOfADevelopersMachine()
    {
        // In two parts, so that this line is not found.
        var machine = new Regex("\"(/" + "work/|/" + "tmp/|/" + "home/|/" + "root/|[A-Z]:\\\\)");
        Assert.DoesNotContain(Sources(), file => machine.IsMatch(File.ReadAllText(file)));
    }

    private static HashSet<string> Reachable(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(References(Projects()[project]));
        while (open.TryDequeue(out var next))
        {
            if (found.Add(next))
            {
                foreach (var further in References(Projects()[next]))
                {
                    open.Enqueue(further);
                }
            }
        }
        return found;
    }

    private static Dictionary<string, string> Projects() => Files("*.csproj")
        .Where(file => !Below(file, "tests") && !Below(file, "bench") && !Below(file, "AppHost") && !Below(file, "build"))
        .ToDictionary(file => Path.GetFileNameWithoutExtension(file), file => file, StringComparer.Ordinal);

    private static IEnumerable<string> References(string file) => XDocument.Load(file).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

    private static IEnumerable<string> Sources() => Files("*.cs");

    private static IEnumerable<string> Files(string pattern) => Directory.EnumerateFiles(Root(), pattern, SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or ".git" or "node_modules" or "artifacts"));

    private static bool Below(string file, string folder) =>
        Path.GetRelativePath(Root(), file).Split(Path.DirectorySeparatorChar)[0] == folder;

    private static string Root([CallerFilePath] string source = "")
    {
        var folder = Path.GetDirectoryName(source);
        while (folder is not null && !File.Exists(Path.Combine(folder, "ApeTest.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new InvalidOperationException("The tests run where their sources are not.");
    }

    [Theory]
    [InlineData("ape.schema.json")]
    [InlineData("ape.mcp-gateway.schema.json")]
    [InlineData("summary.schema.json")]
    public void Schemas_AreShippedBesideTheProgram(string name)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "schemas", name)));
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.RootElement.GetProperty("$schema").GetString());
    }
}
