using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace ApeTest.Testing.Tests;

/// <summary>The package carries our assemblies and must name what they need: nothing else would.</summary>
public sealed class PackageTests
{
    // Comes with the ASP.NET Core framework that the package refers to.
    private const string OfFramework = "Microsoft.Extensions.Logging.Abstractions";

    [Fact]
    public void Package_NamesEveryPackageOfTheProjectsInIt()
    {
        var project = Path.Combine(Root(), "Testing", "Testing.csproj");

        var needed = Reachable(project).SelectMany(Packages).Where(static package => package != OfFramework).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(needed.Order(StringComparer.Ordinal), Packages(project).Order(StringComparer.Ordinal));
    }

    private static HashSet<string> Reachable(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(References(project));
        while (open.TryPop(out var next))
        {
            if (found.Add(next))
            {
                foreach (var further in References(next))
                {
                    open.Push(further);
                }
            }
        }
        return found;
    }

    private static IEnumerable<string> References(string project) => XDocument.Load(project).Descendants("ProjectReference")
        .Select(reference => Path.GetFullPath(reference.Attribute("Include")!.Value.Replace('\\', '/'), Path.GetDirectoryName(project)!));

    private static IEnumerable<string> Packages(string project) => XDocument.Load(project).Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value).Distinct();

    private static string Root([CallerFilePath] string source = "")
    {
        var folder = Path.GetDirectoryName(source);
        while (!File.Exists(Path.Combine(folder!, "ApeTest.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder!;
    }
}
