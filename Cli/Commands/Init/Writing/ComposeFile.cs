using ApeTest.Cli.Deploy;
using ApeTest.Cli.Templates;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Init.Writing;

/// <summary>
/// The distributed stack for <c>docker compose</c>: a file that includes <c>ape.stack/compose.yaml</c>, and that folder, as the deploy commands write it.
/// What belongs to one machine (secrets, <c>.env</c>) lies in files of the folder that git ignores.
/// </summary>
internal static class ComposeFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "ape.docker-compose.yml";

    /// <summary>The folder's name.</summary>
    public const string Folder = "ape.stack";

    /// <summary>Lines of <c>.gitignore</c>.</summary>
    public static IReadOnlyList<string> Ignored { get; } = [$"{Folder}/{StackSecrets.Folder}/", $"{Folder}/{DeployFiles.Variables}"];

    /// <summary>File and folder.</summary>
    public static IEnumerable<NewFile> Of(InitAnswers answers, IReadOnlyDictionary<string, string> variables)
    {
        var options = Options(answers);
        yield return new NewFile(Name, "the distributed stack, for docker compose", TemplateText.Read("compose.yml")
            .Replace("@PROJECT@", options.Project, StringComparison.Ordinal)
            .Replace("@TARGET@", answers.Sample == SampleShop ? $" --target {Shop}" : "", StringComparison.Ordinal));
        yield return new NewFile($"{Folder}/", "its services, settings and secrets", string.Empty)
        {
            WriteFolder = directory => DeployFiles.Write(directory, options, StackOwner.OfProcess(), variables),
        };
    }

    /// <summary>Options for what of a machine's own is missing in a clone.</summary>
    public static DeployOptions Own(Scenario? scenario) => new()
    {
        Project = Project(scenario?.Name ?? "stack"), Target = scenario?.Target, HasShop = scenario?.Target.Sample == SampleShop, Cpus = Environment.ProcessorCount,
    };

    private const string SampleShop = "shop";

    // As the stack's gateway reaches it.
    private static readonly Uri Shop = new($"http://shop:{DefaultPorts.Shop}/");

    private static DeployOptions Options(InitAnswers answers)
    {
        var isShop = answers.Sample == SampleShop;
        return new DeployOptions
        {
            Project = Project(answers.Name),
            Target = new TargetSpec { Url = isShop ? Shop : answers.Url, OpenApi = answers.OpenApi, GraphQl = answers.GraphQl },
            HasShop = isShop,
            Cpus = Environment.ProcessorCount,
        };
    }

    // Compose takes lower-case letters, digits, '-' and '_' only.
    private static string Project(string name) => $"ape-{new string([.. name.ToLowerInvariant().Where(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')])}";
}
