using ApeTest.Cli.Commands.Start;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Execution;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Cli.Stack;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Deploy;

/// <summary>One run on a stack of containers that is brought up for it and taken down after it.</summary>
internal sealed class ComposeStart(CliEnvironment environment, StartRequest request, ComposeRequest compose)
{
    private static readonly TimeSpan LongestRemoval = TimeSpan.FromMinutes(3);
    private static readonly Uri Shop = new($"http://shop:{DefaultPorts.Shop}/");
    private const string SampleShop = "shop";
    private readonly StartMessages _messages = new(environment, request.Quiet);
    private readonly DockerCommand _docker = new(environment, DeployFiles.Decided);
    private bool _leaves;

    /// <summary>Runs on a stack of its own. Exit code of the run; 5 where all went well but the stack could not be taken down.</summary>
    public async Task<int> RunAsync()
    {
        var code = await RunStackAsync();
        return _leaves && code == ExitCodes.Done ? ExitCodes.Partial : code;
    }

    /// <summary>1. Judge the input. 2. Ask the engine. 3. Write the stack. 4. Bring it up. 5. Run. 6. Take it down, however it went.</summary>
    private async Task<int> RunStackAsync()
    {
        // 1. Input: nothing is written or started for a mistake in it.
        using var ladder = new StopLadder(environment.Signals);
        var scenario = LocalRun.Load(request.Input, Shop).ThrowIfInvalid();
        var hasShop = request.Input.IsDemonstration || scenario.Target.Sample == SampleShop;
        if (scenario.Target.Sample is { } sample && !hasShop)
        {
            throw new ApeTestException($"the sample {sample} has no container: `target.sample` is brought up by the command itself, where a stack does not reach it",
                $"Run it without --compose; or run it beside the stack where containers reach it, and name that: --target URL. The sample shop has a container: ape-test init -y --template rest.", ExitCodes.Input);
        }
        SummaryOutput.CheckWritable(environment, request.OutFile);
        if (request.Detach && !compose.Keep)
        {
            throw new ApeTestException("--detach leaves a run alone, and its stack is taken down when this command ends", "Add --keep: ape-test cleanup takes the stack down later.", ExitCodes.Input);
        }

        // 2. The engine.
        ComposePlace? place = null;
        try
        {
            var cpus = await ComposePlace.ReadyAsync(_docker, ladder.Drain);

            // 3. Files.
            place = ComposePlace.Create(environment, _docker, request.Input.IsDemonstration ? null : hasShop ? scenario.Target with { Url = Shop } : scenario.Target, hasShop, compose.Workers, cpus);
            Announce(place, scenario, hasShop);

            // 4. Up.
            var began = environment.Time.GetTimestamp();
            await place.Stack.UpAsync(compose.Workers, ladder.Drain);
            _messages.Say($"the stack is up after {Show.Duration(environment.Time.GetElapsedTime(began))}");

            // 5. Run.
            var token = StackAddress.ReadToken(environment, place.TokenFile);
            // The sample shop is the stack's own: nobody need be asked.
            var asked = request with { Confirmed = request.Confirmed || hasShop };
            var outcome = await StackRun.RunAsync(environment, asked, place.Collector, token, ladder, Shop);
            await KeepRunAsync(place, outcome);
            return outcome.ExitCode;
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            _messages.Say("stopped before the run began");
            return code;
        }
        finally
        {
            // 6. Down.
            if (place is not null)
            {
                _leaves = !await EndAsync(place);
            }
        }
    }

    private void Announce(ComposePlace place, Scenario scenario, bool hasShop)
    {
        _messages.Say($"stack {place.Directory.Project}: gateway, llm-proxy, {compose.Workers} {(compose.Workers == 1 ? "agent" : "agents")}, collector, postgres"
            + (hasShop ? ", shop" : string.Empty));
        if (!hasShop && GatewayFileText.Reachable(scenario.Target.Url) is var reached && reached != scenario.Target.Url)
        {
            _messages.Say($"warning: {scenario.Target.Url.GetLeftPart(UriPartial.Authority)} is this machine's loopback; the stack's gateway reaches it as {reached.GetLeftPart(UriPartial.Authority)}, for which it must listen on all addresses (0.0.0.0)");
        }
    }

    /// <summary>The run's directory leaves the stack with what it knows; the stack's token stays.</summary>
    private async Task KeepRunAsync(ComposePlace place, StackOutcome outcome)
    {
        if (outcome is not { Run: { } run, Summary: not null })
        {
            return;
        }
        try
        {
            Directory.CreateDirectory(environment.RunsRoot);
            await place.Stack.CopyAsync("collector", $"/data/.ape/runs/{run}", environment.RunsRoot, CancellationToken.None);
            File.Delete(Path.Combine(environment.RunsRoot, run, "control.token"));
            _messages.Say($"the run is in {environment.Shown(Path.Combine(environment.RunsRoot, run))}");
        }
        catch (Exception e) when (e is ApeTestException or IOException or UnauthorizedAccessException)
        {
            _messages.Say($"warning: the directory of run {run} could not be copied out of the stack: {e.Message}");
        }
    }

    /// <summary>Takes the stack down, or keeps it; false where it could not be taken down.</summary>
    private async Task<bool> EndAsync(ComposePlace place)
    {
        var shown = environment.Shown(place.Directory.Path);
        if (compose.Keep && await place.Stack.IsUpAsync())
        {
            place.Directory.Release();
            _messages.Say($"""
                the stack {place.Directory.Project} stays; its files are in {shown}
                  another run:   ape-test start --stack {place.Collector.GetLeftPart(UriPartial.Authority)} --token-file {environment.Shown(place.TokenFile)}
                  take it down:  ape-test cleanup
                """);
            return true;
        }
        using var limit = new CancellationTokenSource(LongestRemoval, environment.Time);
        try
        {
            await new StackRemoval(_docker).RemoveAsync(place.Directory.Project, limit.Token);
            place.Directory.Delete();
            return true;
        }
        catch (Exception e) when (e is ApeTestException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            ErrorReport.Write(environment, $"the stack {place.Directory.Project} could not be taken down: {e.Message}", "ape-test cleanup tries again.");
            return false;
        }
    }
}
