using ApeTest.Cli.Help;
using ApeTest.Cli.Input;

namespace ApeTest.Cli.Commands.Doctor;

/// <summary><c>ape-test doctor [SCENARIO]</c>: is everything there that a run needs?</summary>
internal static class DoctorCommand
{
    private const string Group = "Options";

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("doctor", "Look whether everything is there that a run needs, and say how to mend what is not. Exit code 3 with a problem.")
        {
            Examples =
            [
                new("this machine and ape.yaml of this directory", "ape-test doctor"),
                new("another scenario, for a program", "ape-test doctor checkout.yaml --format json"),
                new("mend what is safe; it says what before it does", "ape-test doctor --fix"),
            ],
        };
        var scenario = command.Optional("SCENARIO", $"Scenario file. Default: {ScenarioInput.DefaultFile} in this directory; without it, the demonstration.");
        var fix = command.Switch(Group, "--fix", "Do what is safe: make .ape/runs, add .ape/ to .gitignore, remove what dead runs left over, draw a stack's missing secrets.");
        var format = OutputFormat.Add(command, Group, "How findings are told. Default text.");
        command.SetAction((parse, _) => new DoctorRun(environment, new ThisMachine(), parse.GetValue(scenario))
            .RunAsync(OutputFormat.IsJson(parse, format), parse.GetValue(fix), environment.OutputIsTerminal && !environment.ForbidsColor && !NoColor.Of(parse)));
        return command;
    }
}
