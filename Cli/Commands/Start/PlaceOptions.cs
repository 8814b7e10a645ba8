using System.CommandLine;
using ApeTest.Cli.Commands.Start.Detached;
using ApeTest.Cli.Deploy;
using ApeTest.Cli.Execution.Workers;
using ApeTest.Cli.Help;
using ApeTest.Cli.Signals;
using ApeTest.Cli.Stack;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Start;

/// <summary>Where a run takes place, of <c>start</c> and <c>rerun</c>: in this process, in workers beside it, on a stack that is up, or on one of its own; and whether it waits its turn there.</summary>
internal sealed class PlaceOptions
{
    private readonly Option<bool> _queue;
    private readonly Option<string?> _workers;
    private readonly StackOptions _stack;
    private readonly ComposeOptions _compose;

    /// <param name="command">The command that takes them.</param>
    /// <param name="group">Its group of options in which <c>--queue</c> and <c>--workers</c> stand.</param>
    public PlaceOptions(CliCommand command, string group)
    {
        _queue = command.Switch(group, "--queue", "Wait until no other run is on the target: on this machine, or on the stack. First come, first served.");
        _workers = command.Value(group, "--workers", "K", "Spread the agents over K worker processes on this machine, by way of the PostgreSQL server that APETEST_QUEUE names; on a stack, over at least K of its workers. Default: the agents are in this process.");
        _stack = new StackOptions(command, "Run on the stack there instead of in this process.");
        _compose = new ComposeOptions(command);
    }

    /// <summary>Where it was asked to be. Options that do not go together throw <see cref="ApeTestException"/> (exit 2).</summary>
    public Place Of(ParseResult parse, CliEnvironment environment)
    {
        var (isAsked, workers, isQueued) = (_stack.IsAsked(parse), WorkerRequest.Parse(parse.GetValue(_workers)), parse.GetValue(_queue));
        var compose = _compose.Of(parse, workers, isAsked);
        return compose is null || !isQueued
            ? new Place(compose, _stack.Of(parse, environment), isAsked, workers, isQueued)
            : throw new ApeTestException("--queue does not go with --compose: a run on containers of its own stands in no queue",
                "Leave one of them out, or bring the stack up first and name it with --stack.", ExitCodes.Input);
    }

    /// <summary>A place for a run.</summary>
    /// <param name="Compose">The stack of containers that is brought up for it; null for none.</param>
    /// <param name="Stack">The stack that is up; null for none.</param>
    /// <param name="NamesStack">Whether the line names that, and not the environment.</param>
    /// <param name="Workers">Workers that the agents are spread over; null: they are in this process, or wherever the stack has them.</param>
    /// <param name="Queue">Whether it waits until no other run is on its target.</param>
    internal sealed record Place(ComposeRequest? Compose, StackAddress? Stack, bool NamesStack, int? Workers, bool Queue)
    {
        /// <summary>Runs there; returns the exit code.</summary>
        public async Task<int> RunAsync(CliEnvironment environment, StartRequest request)
        {
            request = request with { Workers = Workers, Compose = Compose, Queue = Queue };
            if (Compose is not null)
            {
                return await new ComposeStart(environment, request, Compose).RunAsync();
            }
            // Whoever asks for workers and has a database for them means this machine, whatever the environment says of a stack.
            if (Stack is not null && (NamesStack || Workers is null || environment.Variables.GetValueOrDefault(EnvironmentNames.Queue) is not { Length: > 0 }))
            {
                using var ladder = new StopLadder(environment.Signals);
                return (await StackRun.RunAsync(environment, request, Stack.Collector, Stack.Token, ladder)).ExitCode;
            }
            return await (request.Detach && environment.Detached is null
                ? new DetachedStart(environment, request).RunAsync()
                : new StartRun(environment, request).RunAsync());
        }
    }
}
