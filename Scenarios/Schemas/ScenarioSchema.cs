namespace ApeTest.Scenarios.Schemas;

/// <summary>The JSON schema of scenarios (draft 2020-12), for editors: <c># yaml-language-server: $schema=./ape.schema.json</c>.</summary>
public static class ScenarioSchema
{
    /// <summary>Name of the file and of the embedded resource.</summary>
    public const string FileName = "ape.schema.json";

    /// <summary>The schema's text.</summary>
    public static string Read()
    {
        using var stream = typeof(ScenarioSchema).Assembly.GetManifestResourceStream(FileName)
            ?? throw new InvalidOperationException($"The resource {FileName} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
