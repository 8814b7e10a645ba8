using System.Text.Json;
using ApeTest.Cli.Input;
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
    /// <param name="answers">What they say.</param>
    /// <param name="variables">Environment variables: a provider's key goes into the stack's secrets.</param>
    public static IReadOnlyList<NewFile> Of(InitAnswers answers, IReadOnlyDictionary<string, string> variables)
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
        files.Add(new NewFile(WorkflowText.PathOf(answers), "a GitHub Actions workflow", WorkflowText.Of(answers)));
        files.AddRange(ComposeFile.Of(answers, variables));
        IEnumerable<string> ignored = [".ape/", .. ComposeFile.Ignored, .. answers.UsersArePrivate ? [Users] : Array.Empty<string>()];
        files.Add(new NewFile(".gitignore", $"keeps runs and secrets{(answers.UsersArePrivate ? $", {Users} among them," : "")} out of git", "# ApeTest: runs, and what is secret\n" + string.Join('\n', ignored) + "\n", IsAddedTo: true));
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
