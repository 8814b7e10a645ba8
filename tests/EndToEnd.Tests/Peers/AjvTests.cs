using ApeTest.Runs.Schemas;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Peers;

/// <summary>The summary against its schema, judged by ajv: a validator that is not ours.</summary>
public sealed class AjvTests
{
    private const string Script = """
        import Ajv from 'ajv/dist/2020.js';
        import { readFileSync } from 'node:fs';
        const [schema, document] = process.argv.slice(2).map(file => JSON.parse(readFileSync(file, 'utf8')));
        const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, validateFormats: false }).compile(schema);
        if (!validate(document)) { console.log(JSON.stringify(validate.errors, null, 1)); process.exit(1); }
        """;

    [Fact]
    public async Task Start_AsJson_HoldsToTheShippedSchema()
    {
        using var directory = new TempDirectory();
        var node = new NodePackage(directory);
        await node.InstallAsync("ajv@8");
        var run = (await ApeProcess.RunAsync(directory, "start", "--agents", "2", "--iterations", "4", "--format", "json")).Exits(0);
        var (schema, document) = (Path.Combine(directory.Path, "schema.json"), Path.Combine(directory.Path, "document.json"));
        await File.WriteAllTextAsync(schema, SummarySchema.Text, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(document, run.Out, TestContext.Current.CancellationToken);

        var (code, output) = await node.RunScriptAsync(Script, schema, document);
        Assert.True(code == 0, output);

        // And it can say no.
        await File.WriteAllTextAsync(document, run.Out.Replace("\"mtba\"", "\"mtbaa\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (code, output) = await node.RunScriptAsync(Script, schema, document);
        Assert.True(code == 1 && output.Contains("mtba", StringComparison.Ordinal), output);
    }
}
