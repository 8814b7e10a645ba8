using System.Text.Json;
using ApeTest.Cli.Input;
using ApeTest.Cli.Templates;
using ApeTest.Gateway;
using ApeTest.Scenarios.Schemas;

namespace ApeTest.Cli.Commands.Init.Writing;

/// <summary>What init writes, made of the answers.</summary>
internal static class InitFiles
{
    /// <summary>Rows of users.</summary>
    public const string Users = "users.csv";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The files, the scenario first.</summary>
    public static IReadOnlyList<NewFile> Of(InitAnswers answers)
    {
        var files = new List<NewFile>
        {
            new(ScenarioInput.DefaultFile, "the scenario", ScenarioText.Of(answers)),
        };
        if (!answers.Columns.IsEmpty)
        {
            files.Add(new NewFile(Users, "users to log in with, one a row", Csv(answers)));
        }
        files.Add(new NewFile(ScenarioSchema.FileName, "its schema, for editors", ScenarioSchema.Read()));
        files.Add(new NewFile(GatewayExtensions.DefaultPath, "the target for `ape-test gateway`", Gateway(answers)));
        files.Add(new NewFile(".github/workflows/ape-test.yml", "a GitHub Actions workflow", TemplateText.Read("workflow.yml").Replace("@TARGET@", answers.Sample is null
            ? $"# Start your application here, so that it listens at {answers.Url}."
            : "# The scenario starts the sample by itself; with your own application, start it here.", StringComparison.Ordinal)));
        if (ComposeFile.Read() is { } compose)
        {
            files.Add(new NewFile(ComposeFile.Name, "the distributed stack for docker compose", compose));
        }
        files.Add(new NewFile(".gitignore", "keeps runs out of git", "# ApeTest: runs\n.ape/\n", IsAddedTo: true));
        return files;
    }

    private static string Csv(InitAnswers answers) =>
        string.Concat(answers.Users.Select(row => row.AsEnumerable()).Prepend(answers.Columns.Select(static column => column.Column)).Select(static row => string.Join(',', row.Select(Field)) + "\n"));

    private static string Field(string value) => value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Gateway(InitAnswers answers)
    {
        var target = new Dictionary<string, object> { ["name"] = "target", ["url"] = answers.Url.ToString() };
        if (answers.OpenApi is { } openApi)
        {
            target["openapi"] = openApi;
        }
        if (answers.GraphQl is { } graphQl)
        {
            target["graphql"] = graphQl;
        }
        if (answers.Header is var (name, value))
        {
            target["headers"] = new Dictionary<string, string> { [name] = value };
        }
        return JsonSerializer.Serialize(new Dictionary<string, object> { ["targets"] = new[] { target } }, Indented) + "\n";
    }
}
