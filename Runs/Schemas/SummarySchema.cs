namespace ApeTest.Runs.Schemas;

/// <summary>The JSON schema (draft 2020-12) of <c>summary.json</c>, shipped as <c>schemas/summary.schema.json</c>.</summary>
public static class SummarySchema
{
    /// <summary>The schema's text.</summary>
    public static string Text
    {
        get
        {
            using var reader = new StreamReader(typeof(SummarySchema).Assembly.GetManifestResourceStream("summary.schema.json")!);
            return reader.ReadToEnd();
        }
    }
}
