using ApeTest.Cli.Deploy;
using ApeTest.Cli.Help;

namespace ApeTest.Cli.Commands.Images;

/// <summary><c>ape-test images</c>: builds the container images of the services.</summary>
internal static class ImagesCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("images", "Build the container images of the services, and push them.")
        {
            Examples =
            [
                new("all images, for this machine's engine", "ape-test images"),
                new("for a cluster", """
                    ape-test images --push registry.example/team --tag 1.4.0
                    """),
                new("one service, on a runtime image of your own", """
                    ape-test images --service agent --base registry.example/aspnet:10.0
                    """),
            ],
        };
        const string Group = "Options";
        var services = command.Values(Group, "--service", "NAME", $"Only this service: {string.Join(", ", ServiceImage.All.Select(static service => service.Name))}. May be given several times.");
        var tag = command.Value(Group, "--tag", "TAG", "Tag of the images. Default latest.");
        var from = command.Value(Group, "--base", "IMAGE", $"Image with the ASP.NET Core 10 runtime. Default {ImageBuild.DefaultBase}.");
        var push = command.Value(Group, "--push", "REGISTRY", "Push them too, as REGISTRY/apetest/NAME.");
        command.SetAction((parse, _) => new ImagesRun(environment, new ImagesRequest(
            parse.GetValue(services) ?? [], parse.GetValue(tag) ?? "latest", parse.GetValue(from) ?? ImageBuild.DefaultBase, parse.GetValue(push))).RunAsync());
        return command;
    }
}
