using System.CommandLine;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli;

/// <summary>One invocation of <c>ape-test</c>: parses, runs the command, tells errors, and returns the exit code.</summary>
internal sealed class CliApp(CliEnvironment environment)
{
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var tree = new CommandTree(environment);
        // `ape-test help start`, as git and docker have it.
        var isHelp = arguments is ["help"] || (arguments is ["help", var word, ..] && tree.Root.Subcommands.Any(command => command.Name == word || command.Aliases.Contains(word)));
        var parse = tree.Root.Parse(isHelp ? [.. arguments.Skip(1), "--help"] : arguments is ["help", ..] ? [.. arguments.Skip(1)] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        try
        {
            if (ParseErrors.Find(parse) is { } error)
            {
                return ErrorReport.Write(environment, error);
            }
            var code = await parse.InvokeAsync(new InvocationConfiguration
            {
                Output = environment.Out,
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,
                // Signals are ours (StopLadder): System.CommandLine would end the process two seconds after the first one.
                ProcessTerminationTimeout = null,
            });
            return await EndOutputAsync(code);
        }
        catch (ApeTestException exception)
        {
            return ErrorReport.Write(environment, exception);
        }
        catch (Exception exception)
        {
            if (OpenFilesFloor.Explain(exception, FileDescriptors.Limit()) is { } few)
            {
                return ErrorReport.Write(environment, few);
            }
            return ErrorReport.WriteBug(environment, exception, arguments, parse.GetValue(tree.Debug));
        }
        finally
        {
            await TryFlushAsync(environment.Out);
            await TryFlushAsync(environment.Error);
        }
    }

    /// <summary>What was said but not written is told. A worse exit code stays, since the directory of a run holds its reason.</summary>
    private async Task<int> EndOutputAsync(int code)
    {
        await environment.Out.FlushAsync();
        if (environment.Out is not OutputWriter { Failure: { } failure })
        {
            return code;
        }
        var told = ErrorReport.Write(environment, new ApeTestException($"standard output cannot be written: {failure.Message}",
            "Free some space, or send it elsewhere. What a run left is in its directory: ape-test runs.", ExitCodes.Environment, failure));
        return code is ExitCodes.Done ? told : code;
    }

    private static async Task TryFlushAsync(TextWriter writer)
    {
        try
        {
            await writer.FlushAsync();
        }
        catch (IOException)
        {
            // The exit code says already that something went wrong, and there is nowhere left to say more.
        }
    }
}
