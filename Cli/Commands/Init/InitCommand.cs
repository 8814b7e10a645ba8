using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Templates;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Init;

/// <summary><c>ape-test init</c>: makes a first scenario and what belongs to it.</summary>
internal static class InitCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("init", "Make a first scenario and what belongs to it: asks, or takes flags and defaults with -y.")
        {
            Examples =
            [
                new("a few questions", "ape-test init"),
                new("your API, nothing asked; then run it", """
                    ape-test init -y --target http://127.0.0.1:8080
                    ape-test start
                    """),
                new("a GraphQL sample that runs as it is, in a directory of its own", """
                    ape-test init -y --template graphql board
                    cd board && ape-test start
                    """),
            ],
        };
        var flags = new InitFlags(command);
        command.SetAction((parse, _) =>
        {
            if (parse.GetValue(flags.ListTemplates))
            {
                foreach (var template in InitTemplate.All)
                {
                    environment.Out.WriteLine($"{template.Name,-9}{template.Summary}");
                }
                return Task.FromResult(ExitCodes.Done);
            }
            return new InitRun(environment, flags.Read(parse, environment), NoColor.Of(parse) || environment.ForbidsColor).RunAsync();
        });
        return command;
    }
}
