using System.Text.RegularExpressions;
using ApeTest.Cli.Templates;

namespace ApeTest.Cli.Commands.Init.Writing;

/// <summary>The GitHub Actions workflow. GitHub reads workflows at the root of a repository only, so that it lies there whatever directory the scenario is in.</summary>
internal static partial class WorkflowText
{
    private const string Indent = "      ";

    /// <summary>Where it is, as seen from the scenario's directory, with '/'. One beside those of other directories has the scenario's name.</summary>
    public static string PathOf(InitAnswers answers) => answers.Below == "."
        ? ".github/workflows/ape-test.yml"
        : $"{string.Concat(Enumerable.Repeat("../", answers.Below.Split('/').Length))}.github/workflows/ape-test-{answers.Name}.yml";

    /// <summary>Its text. Values of secrets are in none of it: it names them.</summary>
    public static string Of(InitAnswers answers)
    {
        var variables = answers.Header is var (_, value) ? Variables().Matches(value).Select(static match => match.Groups[1].Value).Distinct().ToList() : [];
        var prefix = answers.Below == "." ? "" : answers.Below + "/";
        return TemplateText.Read("workflow.yml")
            .Replace("@DIRECTORY@", Quoted(answers.Below), StringComparison.Ordinal)
            .Replace("report_paths: @PREFIX@junit.xml", $"report_paths: {Quoted(prefix + "junit.xml")}", StringComparison.Ordinal)
            .Replace("@PREFIX@", prefix, StringComparison.Ordinal)
            .Replace("@SETUP@\n", Target(answers) + (answers.UsersArePrivate ? Users : ""), StringComparison.Ordinal)
            .Replace("@ENV@\n", Environment(variables), StringComparison.Ordinal)
            .Replace("@KEYS@\n", Environment([.. variables, "CEREBRAS_API_KEY", "OPENAI_API_KEY"]), StringComparison.Ordinal);
    }

    private static string Target(InitAnswers answers) => Indent + (answers.Sample is null
        ? $"# Start your application here, so that it listens at {answers.Url}."
        : "# The scenario starts the sample by itself; with your own application, start it here.") + "\n";

    private static string Users => $$$"""
              - name: Users to log in with
                run: |
                  if [ -z "$USERS_CSV" ]; then
                    echo "::error title=The secret USERS_CSV is not set::Set the secret USERS_CSV (Settings, Secrets and variables, Actions) to the text of {{{InitFiles.Users}}}, which git ignores."
                    exit 1
                  fi
                  printf '%s\n' "$USERS_CSV" > {{{InitFiles.Users}}}
                env:
                  USERS_CSV: ${{ secrets.USERS_CSV }}

        """.ReplaceLineEndings("\n");

    private static string Environment(IReadOnlyList<string> variables) => variables.Count == 0 ? "" :
        $"{Indent}  env:\n" + string.Concat(variables.Select(static variable => $"{Indent}    {variable}: ${{{{ secrets.{variable} }}}}\n"));

    // JSON's quotes are YAML's.
    private static string Quoted(string text) => Try.YamlText.Of(text);

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Variables();
}
