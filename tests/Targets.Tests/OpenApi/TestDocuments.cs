using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.OpenApi;

/// <summary>The documents of this folder, and the large one.</summary>
internal static class TestDocuments
{
    public const string Large = "large";

    public static readonly Uri Base = new("http://127.0.0.1:5080");

    public static TheoryData<string> Names => ["petstore.json", "nested.yaml", "nullable31.yaml", "forms.yaml", "files.yaml", "security.yaml", Large];

    public static string Text(string name) => name == Large
        ? LargeDocument.Text()
        : File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "OpenApi", "Documents", name));

    public static ToolCatalog Import(string name, Uri? target = null) => OpenApiImporter.Import(Text(name), target ?? Base, name);
}
