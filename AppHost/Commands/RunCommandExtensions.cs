using System.Globalization;
using ApeTest.Hosting;
using ApeTest.Scenarios;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.AppHost.Commands;

/// <summary>Start, stop and scale of a run in the dashboard, on the agents that it is made of.</summary>
internal static class RunCommandExtensions
{
    private const string Agents = "agents";
    private const int MostAgents = 1_000_000;

    /// <summary>Adds the commands.</summary>
    /// <param name="agent">The agents.</param>
    /// <param name="control">The stack's control API.</param>
    /// <param name="run">The resource that submits a run and follows it.</param>
    /// <param name="standard">The agents of a run for which nobody says a number.</param>
    public static void WithRunCommands(
        this IResourceBuilder<ProjectResource> agent, RunControl control, IResourceBuilder<ApeTestResource> run, IResourceBuilder<ParameterResource> standard) => agent
        .WithCommand("start-run", "Start a run", context => ToldAsync(() => StartAsync(context, control, run, standard)), new CommandOptions
        {
            Description = "Releases agents on the shop: the resource run submits the run and follows it.",
            Arguments = [Number("Empty: the parameter agents.", required: false)],
            ValidateArguments = ValidateAsync,
            UpdateState = WhenHealthy,
            IconName = "Play",
            IsHighlighted = true,
        })
        .WithCommand("stop-run", "Stop the run", context => ToldAsync(async () =>
        {
            var name = await control.StopAsync(context.CancellationToken);
            return CommandResults.Success($"Run {name} stops: no new sessions, those under way finish.");
        }), new CommandOptions { Description = "No new sessions; those under way finish.", UpdateState = WhenHealthy, IconName = "Stop", IsHighlighted = true })
        .WithCommand("scale-run", "Scale the run", context => ToldAsync(async () =>
        {
            var agents = Asked(context.Arguments) ?? throw new ApeTestException("How many agents?", "Write a whole number from 1.", ExitCodes.Input);
            var name = await control.ScaleAsync(agents, context.CancellationToken);
            return CommandResults.Success(string.Create(CultureInfo.InvariantCulture, $"Run {name} is to have {agents} agents."));
        }), new CommandOptions
        {
            Description = "Changes the number of agents of the run that goes on.",
            Arguments = [Number("From 1.", required: true)],
            ValidateArguments = ValidateAsync,
            UpdateState = WhenHealthy,
            IconName = "ArrowAutofitContent",
        });

    private static async Task<ExecuteCommandResult> StartAsync(
        ExecuteCommandContext context, RunControl control, IResourceBuilder<ApeTestResource> run, IResourceBuilder<ParameterResource> standard)
    {
        if (await control.RunningAsync(context.CancellationToken) is { } other)
        {
            return CommandResults.Failure($"Run {other} is running. Stop it first: two at a time would measure each other.");
        }
        // Asked for when the command line is made, at its start. Said each time: the number of the former run is not that of the next.
        _ = Asked(context.Arguments) is { } agents ? run.WithAgents(agents) : run.WithAgents(standard);
        return await context.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(run.Resource, KnownResourceCommands.StartCommand, context.CancellationToken);
    }

    /// <summary>Whatever goes wrong is told in words, as on the command line.</summary>
    private static async Task<ExecuteCommandResult> ToldAsync(Func<Task<ExecuteCommandResult>> command)
    {
        try
        {
            return await command();
        }
        catch (ApeTestException error)
        {
            return CommandResults.Failure($"{error.Message} {error.Hint}".TrimEnd());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return CommandResults.Failure($"The service token cannot be read: {error.Message}");
        }
    }

    private static InteractionInput Number(string placeholder, bool required) =>
        new() { Name = Agents, Label = "Agents", InputType = InputType.Number, Placeholder = placeholder, Required = required };

    private static Task ValidateAsync(InputsDialogValidationContext context)
    {
        if (context.Inputs.TryGetByName(Agents, out var input) && input.Value is { Length: > 0 } && Asked(context.Inputs) is null)
        {
            context.AddValidationError(input, string.Create(CultureInfo.InvariantCulture, $"A whole number from 1 to {MostAgents}."));
        }
        return Task.CompletedTask;
    }

    private static int? Asked(InteractionInputCollection arguments) =>
        arguments.TryGetByName(Agents, out var input) && int.TryParse(input.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var agents) && agents is > 0 and <= MostAgents
            ? agents
            : null;

    private static ResourceCommandState WhenHealthy(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
}
