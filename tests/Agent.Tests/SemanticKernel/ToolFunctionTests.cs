using System.Collections.Concurrent;
using System.Text.Json;
using ApeTest.Agent.SemanticKernel;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using FunctionInvocationContext = Microsoft.SemanticKernel.FunctionInvocationContext;

namespace ApeTest.Agent.Tests.SemanticKernel;

/// <summary>Tools as kernel functions: invoked by whomever, they act for the session of the kernel.</summary>
public sealed class ToolFunctionTests
{
    [Fact]
    public async Task Invoke_EachVerbAsAFunction_ReachesTheTarget()
    {
        var seen = new ConcurrentQueue<string>();
        await using var target = await EchoAsync(seen);
        var observations = new List<string>();
        var brain = new KernelCalls(async (kernel, cancellationToken) =>
        {
            foreach (var verb in new[] { "get", "post", "put", "patch", "delete" })
            {
                var arguments = new KernelArguments { ["path"] = $"/things/{verb}" };
                if (verb is "post" or "put" or "patch")
                {
                    arguments["body"] = JsonDocument.Parse("""{"n":1}""").RootElement;
                }
                observations.Add((await kernel.InvokeAsync<string>(ToolPlugin.PluginName, $"http_{verb}", arguments, cancellationToken))!);
            }
        });
        await using var sessions = new SessionHarness(Plans.Of(new Uri(target.Urls.First()), WithoutDocument) with { OpenApiDocument = null }, brain);

        var record = await sessions.RunAsync();

        Assert.Equal(
            ["GET /things/get ", """POST /things/post {"n":1}""", """PUT /things/put {"n":1}""", """PATCH /things/patch {"n":1}""", "DELETE /things/delete "], seen);
        Assert.All(observations, observation => Assert.Equal(200, JsonDocument.Parse(observation).RootElement.GetProperty("status").GetInt32()));
        // Actions like decided ones: recorded in their order, each with its parts and in the figures.
        Assert.Equal(["http_get", "http_post", "http_put", "http_patch", "http_delete", "finish"], record.Actions.Select(action => action.Tool));
        Assert.Equal(5, sessions.Metrics().Http.Values.Sum(operation => operation.Count));
    }

    [Fact]
    public async Task Invoke_StateUpdate_SurvivesToTheNextStep()
    {
        await using var target = await FakeTarget.StartAsync();
        var brain = new KernelCalls(
            async (kernel, cancellationToken) =>
            {
                var arguments = new KernelArguments { ["values"] = JsonDocument.Parse("""{"cheapest":"item-filter"}""").RootElement };
                await kernel.InvokeAsync(ToolPlugin.PluginName, "state_update", arguments, cancellationToken);
                await kernel.InvokeAsync(ToolPlugin.PluginName, "login", new KernelArguments { ["name"] = "ann", ["password"] = "{{user.password}}" }, cancellationToken);
            },
            // The login of the step before is still good, and a number that Semantic Kernel made text of is one again.
            async (kernel, cancellationToken) => await kernel.InvokeAsync(
                ToolPlugin.PluginName, "order", new KernelArguments { ["itemId"] = "item-filter", ["quantity"] = "2" }, cancellationToken));
        await using var sessions = new SessionHarness(Plans.Of(target.Url), brain);

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Succeeded, "ann"), (record.Outcome, target.Orders.Single().Value));
        Assert.Equal("item-filter", brain.Seen[1].State["cheapest"].GetString());
        // Each call is a turn of the conversation, and what was said beside them one more.
        Assert.Equal([0, 3, 5], brain.Seen.Select(seen => seen.Turns));
    }

    [Fact]
    public async Task Invoke_WithKernelAsAIFunction_ActsForTheKernelsSession()
    {
        await using var target = await FakeTarget.StartAsync();
        object? observation = null;
        var brain = new KernelCalls(async (kernel, cancellationToken) =>
        {
            AIFunction function = kernel.Plugins.GetFunction(ToolPlugin.PluginName, "listItems").WithKernel(kernel);
            observation = await function.InvokeAsync(new AIFunctionArguments { ["q"] = "coffee" }, cancellationToken);
        });
        await using var sessions = new SessionHarness(Plans.Of(target.Url), brain);

        await sessions.RunAsync();

        Assert.Contains("item-espresso", Assert.IsType<JsonElement>(observation).GetString(), StringComparison.Ordinal);
        Assert.Equal("/items", Assert.Single(target.Requests).Path);
    }

    [Fact]
    public async Task Invoke_Filters_AreHeard()
    {
        await using var target = await FakeTarget.StartAsync();
        var filter = new NamingFilter();
        var brain = new KernelCalls(async (kernel, cancellationToken) =>
        {
            kernel.FunctionInvocationFilters.Add(filter);
            await kernel.InvokeAsync(ToolPlugin.PluginName, "listItems", cancellationToken: cancellationToken);
        });
        await using var sessions = new SessionHarness(Plans.Of(target.Url), brain);

        await sessions.RunAsync();

        Assert.Equal(["listItems"], filter.Names);
        Assert.Single(target.Requests);
    }

    [Fact]
    public async Task Invoke_ArgumentsAgainstTheSchema_AreRefusedAndNothingIsSent()
    {
        await using var target = await FakeTarget.StartAsync();
        string? observation = null;
        var brain = new KernelCalls(async (kernel, cancellationToken) =>
            observation = await kernel.InvokeAsync<string>(ToolPlugin.PluginName, "login", new KernelArguments { ["name"] = 7 }, cancellationToken));
        await using var sessions = new SessionHarness(Plans.Of(target.Url), brain);

        await sessions.RunAsync();

        Assert.Equal("invalid_arguments", JsonDocument.Parse(observation!).RootElement.GetProperty("error").GetProperty("type").GetString());
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task Invoke_Finish_EndsTheSessionAndNothingFollows()
    {
        await using var target = await FakeTarget.StartAsync();
        string? after = null;
        var brain = new KernelCalls(async (kernel, cancellationToken) =>
        {
            await kernel.InvokeAsync(ToolPlugin.PluginName, FinishTool.Name, new KernelArguments { ["outcome"] = "failure", ["reason"] = "sold out" }, cancellationToken);
            after = await kernel.InvokeAsync<string>(ToolPlugin.PluginName, "listItems", cancellationToken: cancellationToken);
        });
        await using var sessions = new SessionHarness(Plans.Of(target.Url), brain);

        var record = await sessions.RunAsync();

        Assert.Contains("sold out", record.Reason, StringComparison.Ordinal);
        Assert.Contains("session_ended", after, StringComparison.Ordinal);
        Assert.Single(brain.Seen);
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task Invoke_KernelWithoutASession_IsRefused()
    {
        var kernel = new Kernel(plugins: [new ToolPlugin([FinishTool.Spec])]);

        var refusal = await Assert.ThrowsAsync<KernelException>(() => kernel.InvokeAsync(ToolPlugin.PluginName, FinishTool.Name, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("acts for a session", refusal.Message, StringComparison.Ordinal);
    }

    private static Scenario WithoutDocument(Scenario scenario) => scenario with
    {
        Target = scenario.Target with { OpenApi = null },
        Goals = [new GoalSpec { Name = Plans.Goal, Goal = "Touch everything.", Success = [new SuccessCondition { Operation = "http_get", Status = 200 }] }],
    };

    private static async Task<WebApplication> EchoAsync(ConcurrentQueue<string> seen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen.Enqueue($"{context.Request.Method} {context.Request.Path} {await reader.ReadToEndAsync(context.RequestAborted)}");
            await context.Response.WriteAsJsonAsync(new { ok = true }, context.RequestAborted);
        });
        await app.StartAsync();
        return app;
    }

    private sealed class NamingFilter : IFunctionInvocationFilter
    {
        public List<string> Names { get; } = [];

        public Task OnFunctionInvocationAsync(FunctionInvocationContext context, Func<FunctionInvocationContext, Task> next)
        {
            Names.Add(context.Function.Name);
            return next(context);
        }
    }
}
