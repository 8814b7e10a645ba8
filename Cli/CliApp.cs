using System.CommandLine;
using ApeTest.Cli.Errors;
using ApeTest.Scenarios;

namespace ApeTest.Cli;

/// <summary>One invocation of <c>ape-test</c>: parses, runs the command, tells errors, and returns the exit code.</summary>
internal sealed class CliApp(CliEnvironment environment)
{
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var tree = new CommandTree(environment);
        var parse = tree.Root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
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
            await environment.Out.FlushAsync();
            return code;
        }
        catch (ApeTestException exception)
        {
            return ErrorReport.Write(environment, exception);
        }
        catch (IOException exception) when (!await TryFlushAsync(environment.Out))
        {
            return ErrorReport.Write(environment, new ApeTestException($"standard output cannot be written: {exception.Message}",
                "Free some space, or send it elsewhere. What a run left is in its directory: ape-test runs.", ExitCodes.Environment, exception));
        }
        catch (Exception exception)
        {
            return ErrorReport.WriteBug(environment, exception, arguments, parse.GetValue(tree.Debug));
        }
        finally
        {
            await TryFlushAsync(environment.Out);
            await TryFlushAsync(environment.Error);
        }
    }

    private static async Task<bool> TryFlushAsync(TextWriter writer)
    {
        try
        {
            await writer.FlushAsync();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
