using System.CommandLine;
using System.CommandLine.Invocation;

namespace ApeTest.Cli.Help;

/// <summary><c>--help</c>.</summary>
internal sealed class HelpAction(CliEnvironment environment) : SynchronousCommandLineAction
{
    /// <summary>Help is given whatever else is wrong with the line.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        HelpWriter.Write(environment.Out, parseResult.CommandResult.Command);
        return 0;
    }
}

/// <summary><c>--version</c>.</summary>
internal sealed class VersionAction(CliEnvironment environment) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        environment.Out.WriteLine($"ape-test {Errors.ProductVersion.Text}");
        return 0;
    }
}
