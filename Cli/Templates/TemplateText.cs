namespace ApeTest.Cli.Templates;

/// <summary>Texts that <c>init</c> starts from, embedded in the program. Marks such as <c>@NAME@</c> are filled in by whoever writes them.</summary>
internal static class TemplateText
{
    /// <summary>The text of that file.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(TemplateText).Assembly.GetManifestResourceStream($"templates/{name}")
            ?? throw new InvalidOperationException($"The template {name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
