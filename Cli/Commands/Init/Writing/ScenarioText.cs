using System.Globalization;
using System.Text;
using ApeTest.Cli.Commands.Init.Survey;
using ApeTest.Cli.Commands.Try;
using ApeTest.Cli.Templates;

namespace ApeTest.Cli.Commands.Init.Writing;

/// <summary>The scenario as YAML, with comments for the person who goes on from it.</summary>
internal static class ScenarioText
{
    private const string GoalIndent = "    ";

    /// <summary>The scenario of a template with its marks filled in, or one made of the goals.</summary>
    public static string Of(InitAnswers answers) => answers.Template is { } template
        ? TemplateText.Read($"{template}.yaml")
            .Replace("@NAME@", YamlText.Of(answers.Name), StringComparison.Ordinal)
            .Replace("@TARGET@", Target(answers).TrimEnd('\n'), StringComparison.Ordinal)
            .Replace("@LOAD@", Load(answers).TrimEnd('\n'), StringComparison.Ordinal)
            .Replace("@MODEL@", YamlText.Of(answers.Model), StringComparison.Ordinal)
        : Made(answers);

    private static string Made(InitAnswers answers)
    {
        var text = new StringBuilder("""
            # yaml-language-server: $schema=./ape.schema.json
            # Made by `ape-test init`. What every field means: docs/scenario.md; check it with `ape-test validate`.

            """);
        text.Append(CultureInfo.InvariantCulture, $"name: {YamlText.Of(answers.Name)}\n");
        text.Append(Target(answers));
        text.Append(Load(answers));
        text.Append(CultureInfo.InvariantCulture, $"llm: {{ model: {YamlText.Of(answers.Model)} }}\n");
        if (!answers.Columns.IsEmpty)
        {
            var secrets = answers.Columns.Where(static column => column.IsSecret).Select(static column => YamlText.Of($"user.{column.Column}"));
            text.Append("# One row a session; secrets never reach the model, the logs or the report.\n");
            text.Append("data: { user: { csv: users.csv } }\n");
            text.Append(CultureInfo.InvariantCulture, $"secrets: [ {string.Join(", ", secrets)} ]\n");
        }
        text.Append("goals:\n");
        foreach (var goal in answers.Goals)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - name: {YamlText.Of(goal.Name)}\n{GoalIndent}goal: {YamlText.Of(goal.Text)}\n");
            text.Append(!goal.Conditions.IsEmpty
                ? $"{GoalIndent}# What proves it: what the target answered when `ape-test init` tried it.\n{GoalIndent}success:\n{string.Concat(goal.Conditions.Select(static condition => $"{GoalIndent}  - {condition}\n"))}"
                : goal.Success is { } success
                ? $"{GoalIndent}success: {YamlText.Of(success)}\n"
                : $"{GoalIndent}# Proven by what ApeTest derives from goal and API, printed before each run{(goal.Proof is null ? "" : ":\n" + GoalIndent + "#   " + Line(goal.Proof))}\n");
        }
        text.Append("""
            # What fails the run (exit code 99).
            thresholds:
              session_success: ">= 0.95"
              agent_error_rate: "<= 0.05"

            """);
        return text.ToString();
    }

    private static string Target(InitAnswers answers)
    {
        var text = new StringBuilder("target:\n");
        text.Append(answers.Sample is { } sample
            ? $"  # A sample that `ape-test start` runs itself. Your own application: `url: http://127.0.0.1:8080` in its place.\n  sample: {sample}\n"
            : $"  url: {YamlText.Of(answers.Url.ToString())}\n");
        if (answers.OpenApi is { } openApi)
        {
            text.Append(CultureInfo.InvariantCulture, $"  openapi: {YamlText.Of(openApi)}\n");
        }
        if (answers.GraphQl is { } graphQl)
        {
            text.Append(CultureInfo.InvariantCulture, $"  graphql: {YamlText.Of(graphQl)}\n");
        }
        if (answers.Header is var (name, value))
        {
            text.Append(CultureInfo.InvariantCulture, $"  headers: {{ {YamlText.Of(name)}: {YamlText.Of(value)} }}\n");
        }
        return text.ToString();
    }

    private static string Load(InitAnswers answers) => string.Create(CultureInfo.InvariantCulture, $"agents: {answers.Agents}\nduration: {answers.Duration}\n");

    private static string Line(string text) => text.ReplaceLineEndings(" ");
}
