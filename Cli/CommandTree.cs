using System.CommandLine;
using ApeTest.Cli.Commands.Cleanup;
using ApeTest.Cli.Commands.Compare;
using ApeTest.Cli.Commands.Completion;
using ApeTest.Cli.Commands.Dashboard;
using ApeTest.Cli.Commands.Doctor;
using ApeTest.Cli.Commands.Gateway;
using ApeTest.Cli.Commands.Images;
using ApeTest.Cli.Commands.Init;
using ApeTest.Cli.Commands.Logs;
using ApeTest.Cli.Commands.Proxy;
using ApeTest.Cli.Commands.Report;
using ApeTest.Cli.Commands.Rerun;
using ApeTest.Cli.Commands.Runs;
using ApeTest.Cli.Commands.Sample;
using ApeTest.Cli.Commands.Scale;
using ApeTest.Cli.Commands.Shop;
using ApeTest.Cli.Commands.Start;
using ApeTest.Cli.Commands.Status;
using ApeTest.Cli.Commands.Stop;
using ApeTest.Cli.Commands.Try;
using ApeTest.Cli.Commands.Validate;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;

namespace ApeTest.Cli;

/// <summary>The commands of <c>ape-test</c>.</summary>
internal sealed class CommandTree
{
    public CommandTree(CliEnvironment environment)
    {
        Root = new RootCommand(
            "ape-test releases simulated users, each with a goal, on a web application and proves how many of their sessions succeed.");
        Root.Directives.Clear();
        Root.Options.Clear();
        Root.Options.Add(NoColor.Option());
        Root.Options.Add(Debug);
        Root.Options.Add(new System.CommandLine.Help.HelpOption("--help", "-h", "-?") { Description = "Show help.", Action = new HelpAction(environment), Recursive = true });
        Root.Options.Add(new VersionOption("--version") { Description = "Show the version.", Action = new VersionAction(environment) });
        Root.Subcommands.Add(InitCommand.Create(environment));
        Root.Subcommands.Add(StartCommand.Create(environment));
        Root.Subcommands.Add(TryCommand.Create(environment));
        Root.Subcommands.Add(ValidateCommand.Create(environment));
        Root.Subcommands.Add(DoctorCommand.Create(environment));
        Root.Subcommands.Add(StatusCommand.Create(environment));
        Root.Subcommands.Add(StopCommand.Create(environment));
        Root.Subcommands.Add(ScaleCommand.Create(environment));
        Root.Subcommands.Add(LogsCommand.Create(environment));
        Root.Subcommands.Add(RunsCommand.Create(environment));
        Root.Subcommands.Add(DashboardCommand.Create(environment));
        Root.Subcommands.Add(ReportCommand.Create(environment));
        Root.Subcommands.Add(CompareCommand.Create(environment));
        Root.Subcommands.Add(RerunCommand.Create(environment));
        Root.Subcommands.Add(CleanupCommand.Create(environment));
        Root.Subcommands.Add(ShopCommand.Create(environment));
        Root.Subcommands.Add(SampleCommand.Create(environment));
        Root.Subcommands.Add(GatewayCommand.Create(environment));
        Root.Subcommands.Add(ProxyCommand.Create(environment));
        Root.Subcommands.Add(CompletionCommand.Create(environment));
        Root.Subcommands.Add(CompleteCommand.Create(environment, Root));
        Root.Subcommands.Add(ImagesCommand.Create(environment));
    }

    /// <summary>Examples on the first page of the help.</summary>
    public static IReadOnlyList<Example> Examples { get; } =
    [
        new("the sample shop, the built-in planner, twenty users", "ape-test start --agents 20"),
        new("your application", """
            ape-test start --target http://127.0.0.1:8080 --openapi /openapi.json \
              --goal "Borrow the book 'Dune'" --success 'createLoan=201'
            """),
        new("what happened to one session", "ape-test logs --grep TRACE_ID"),
    ];

    /// <summary>The root command.</summary>
    public RootCommand Root { get; }

    /// <summary><c>--debug</c>.</summary>
    public Option<bool> Debug { get; } = new("--debug")
    {
        Description = "Show the stack trace of an unexpected error.",
        Recursive = true,
        Arity = ArgumentArity.Zero,
    };
}
