using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.Targets.Tests.Oracles.Derivation;

/// <summary>The targets of the derivation tests, by name: files of <c>Documents/</c>, and the library of the shared tests.</summary>
internal static class DerivationDocuments
{
    public static string[] Names { get; } = ["library", "shop", "poorids", "tasks", "bank", "tickets", "forum", "noids", "hotel", "helpdesk", "fleet", "courses", "billing"];

    public static ToolCatalog Catalog(string name)
    {
        using var stream = name == "library"
            ? typeof(LibraryApi).Assembly.GetManifestResourceStream("library-openapi.json")!
            : File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Oracles", "Derivation", "Documents", name + ".yaml"));
        using var reader = new StreamReader(stream);
        return OpenApiImporter.Import(reader.ReadToEnd(), new Uri("http://127.0.0.1:1/"), name);
    }
}
