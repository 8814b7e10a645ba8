using System.Xml.Linq;
using ApeTest.Tests.Shared;
using YamlDotNet.RepresentationModel;

namespace ApeTest.EndToEnd.Tests.FirstRun;

/// <summary>The steps of the workflow that init writes, in the shell that GitHub runs them in, with the tool where the checkout step puts it.</summary>
public sealed class WorkflowTests
{
    [Fact]
    public async Task Steps_OfTheRoot_RunAndLeaveWhatIsUploaded()
    {
        using var directory = new TempDirectory();
        (await ApeProcess.RunAsync(directory, "init", "-y", "--template", "llm", "--duration", "2s", "--agents", "1")).Exits(0);

        var steps = await RunStepsAsync(directory, ".github/workflows/ape-test.yml", new() { ["APETEST_REPOSITORY"] = "owner/name" });

        Assert.All(steps, static step => Assert.Equal("0", step.Value));
        Assert.Contains("Run it", steps.Keys);
        Assert.Equal("testsuites", XDocument.Load(directory.Combine("junit.xml")).Root!.Name.LocalName);
        Assert.True(File.Exists(directory.Combine("summary.json")));
        Assert.True(Directory.Exists(directory.Combine(".ape", "runs")));
        Assert.NotEmpty(await File.ReadAllTextAsync(directory.Combine("step-summary.md"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Steps_OfADirectoryBelow_RunInIt()
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.Combine(".git"));
        (await ApeProcess.RunAsync(directory, "init", "-y", "--template", "llm", "--duration", "2s", "--agents", "1", "load")).Exits(0);

        var steps = await RunStepsAsync(directory, ".github/workflows/ape-test-load.yml", new() { ["APETEST_REPOSITORY"] = "owner/name" });

        Assert.All(steps, static step => Assert.Equal("0", step.Value));
        Assert.True(File.Exists(directory.Combine("load", "junit.xml")) && File.Exists(directory.Combine("load", "summary.json")));
    }

    [Fact]
    public async Task Steps_WithoutTheRepositoryOfApeTest_SayWhatToSet()
    {
        using var directory = new TempDirectory();
        (await ApeProcess.RunAsync(directory, "init", "-y", "--template", "llm")).Exits(0);

        var steps = await RunStepsAsync(directory, ".github/workflows/ape-test.yml", []);

        Assert.Equal(("Where ApeTest comes from", "1"), (steps.Last().Key, steps.Last().Value));
        Assert.Contains("::error title=APETEST_REPOSITORY is not set::Set the repository variable APETEST_REPOSITORY", await File.ReadAllTextAsync(directory.Combine("steps.log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>Runs the `run:` steps up to the first that fails; name to exit code.</summary>
    private static async Task<Dictionary<string, string>> RunStepsAsync(TempDirectory directory, string workflow, Dictionary<string, string> given)
    {
        Requires.Command("bash");
        using var reader = File.OpenText(directory.Combine(workflow));
        var yaml = new YamlStream();
        yaml.Load(reader);
        var job = (YamlMappingNode)yaml.Documents[0].RootNode["jobs"]["ape-test"];
        var usual = job["defaults"]["run"]["working-directory"].ToString();
        var source = Directory.CreateDirectory(directory.Combine(".ape-test-source")).FullName;
        var path = directory.Combine("github-path");
        await File.WriteAllTextAsync(path, "");
        var results = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var step in ((YamlSequenceNode)job["steps"]).Children.Cast<YamlMappingNode>().Where(static step => step.Children.ContainsKey("run")))
        {
            var name = step["name"].ToString();
            await File.WriteAllTextAsync(directory.Combine("step.sh"), step["run"].ToString());
            var variables = step.Children.TryGetValue("env", out var env) ? ((YamlMappingNode)env).Children.Select(pair => $"export {pair.Key}='{Value(pair.Value.ToString(), given)}'\n") : [];
            var where = step.Children.TryGetValue("working-directory", out var own) ? own.ToString() : usual;
            var code = await ApeShell.RunAsync(directory, $$"""
                export GITHUB_WORKSPACE=$PWD GITHUB_PATH={{path}} GITHUB_STEP_SUMMARY=$PWD/step-summary.md
                printf '#!/bin/sh\nexec %s "$@"\n' "$APE" > {{source}}/ape-test && chmod +x {{source}}/ape-test
                while read -r line; do PATH=$line:$PATH; done < {{path}}
                {{string.Concat(variables)}}
                (cd {{where}} && bash --noprofile --norc -eo pipefail "$GITHUB_WORKSPACE/step.sh") >> steps.log 2>&1 < /dev/null
                echo $?
                """);
            results[name] = code.Trim();
            if (results[name] != "0")
            {
                break;
            }
        }
        return results;
    }

    // What GitHub fills in; a variable or secret that is not set is empty.
    private static string Value(string expression, Dictionary<string, string> given) =>
        expression.StartsWith("${{", StringComparison.Ordinal) ? given.GetValueOrDefault(expression.Trim('$', '{', '}', ' ').Split('.')[1]) ?? "" : expression;
}
