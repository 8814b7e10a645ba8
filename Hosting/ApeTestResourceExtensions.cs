using System.Globalization;
using ApeTest.Hosting.CommandLine;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.Hosting;

/// <summary>
/// What a load does. Each is the flag of <c>ape-test start</c> of that name; further flags go through <c>WithArgs</c>, and variables of the command, such as
/// <c>APETEST_SCENARIO__SEED</c> or a provider's key, through <c>WithEnvironment</c>.
/// </summary>
public static class ApeTestResourceExtensions
{
    /// <summary>Loads a resource of this AppHost, once it is healthy. Its address is known when the load starts.</summary>
    /// <param name="builder">The load.</param>
    /// <param name="target">The application under test.</param>
    /// <param name="endpointName">Name of its endpoint. Default null: <c>http</c>, else its first one with that scheme, else with <c>https</c>.</param>
    public static IResourceBuilder<ApeTestResource> WithTarget<T>(this IResourceBuilder<ApeTestResource> builder, IResourceBuilder<T> target, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(target);
        // Endpoints may be added to the target after this call: which one it is is asked when the load starts.
        return builder.With(start => start.Target = () => EndpointOf(target.Resource, endpointName))
            .WithReferenceRelationship(target.Resource)
            .WaitFor((IResourceBuilder<IResource>)target);
    }

    /// <summary>Loads an application that is no resource of this AppHost.</summary>
    /// <param name="builder">The load.</param>
    /// <param name="url">Its base URL. Where it is not on this machine, you answer for loading it.</param>
    public static IResourceBuilder<ApeTestResource> WithTarget(this IResourceBuilder<ApeTestResource> builder, Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return builder.With(start => start.Target = () => url.AbsoluteUri);
    }

    /// <summary>Where the target's OpenAPI document is: a path on it, a URL or a file. Default: the usual paths are tried.</summary>
    public static IResourceBuilder<ApeTestResource> WithOpenApi(this IResourceBuilder<ApeTestResource> builder, string openApi) =>
        builder.With(start => start.OpenApi = Text(openApi));

    /// <summary>Where the target's GraphQL endpoint is: a path on it, or a URL. Default: none.</summary>
    public static IResourceBuilder<ApeTestResource> WithGraphQl(this IResourceBuilder<ApeTestResource> builder, string graphQl) =>
        builder.With(start => start.GraphQl = Text(graphQl));

    /// <summary>What every agent wants to achieve, in plain words.</summary>
    public static IResourceBuilder<ApeTestResource> WithGoal(this IResourceBuilder<ApeTestResource> builder, string goal) =>
        builder.With(start => start.Goal = Text(goal));

    /// <summary>What every agent wants to achieve, from a parameter of the AppHost.</summary>
    public static IResourceBuilder<ApeTestResource> WithGoal(this IResourceBuilder<ApeTestResource> builder, IResourceBuilder<ParameterResource> goal) =>
        builder.With(start => start.Goal = Resource(goal));

    /// <summary>Simulated users at the same time, at least 1. Default 1.</summary>
    public static IResourceBuilder<ApeTestResource> WithAgents(this IResourceBuilder<ApeTestResource> builder, int agents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(agents, 1);
        return builder.With(start => start.Agents = agents.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Simulated users at the same time, from a parameter of the AppHost: a whole number from 1.</summary>
    public static IResourceBuilder<ApeTestResource> WithAgents(this IResourceBuilder<ApeTestResource> builder, IResourceBuilder<ParameterResource> agents) =>
        builder.With(start => start.Agents = Resource(agents));

    /// <summary>Model that decides the actions, <c>provider/model</c>. Default <c>builtin/planner</c>, which needs no key and no network. A key goes through <c>WithEnvironment</c>.</summary>
    public static IResourceBuilder<ApeTestResource> WithModel(this IResourceBuilder<ApeTestResource> builder, string model) =>
        builder.With(start => start.Model = Text(model));

    /// <summary>Model that decides the actions, from a parameter of the AppHost.</summary>
    public static IResourceBuilder<ApeTestResource> WithModel(this IResourceBuilder<ApeTestResource> builder, IResourceBuilder<ParameterResource> model) =>
        builder.With(start => start.Model = Resource(model));

    /// <summary>After this time no new session starts; at least a millisecond. Default 30 s, or the scenario's.</summary>
    public static IResourceBuilder<ApeTestResource> WithDuration(this IResourceBuilder<ApeTestResource> builder, TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        return builder.With(start => start.Duration = duration);
    }

    /// <summary>Sessions in total, at least 1, over all agents. Default: no limit.</summary>
    public static IResourceBuilder<ApeTestResource> WithIterations(this IResourceBuilder<ApeTestResource> builder, int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        return builder.With(start => start.Iterations = iterations);
    }

    /// <summary>What proves that the goal is reached, such as <c>checkout=201</c> (operation=status). Repeatable: all must hold. Default: derived from the goal.</summary>
    public static IResourceBuilder<ApeTestResource> WithSuccess(this IResourceBuilder<ApeTestResource> builder, string expression) =>
        builder.With(start => start.AddSuccess(expression));

    /// <summary>What the run must meet, such as <c>session_success &gt;= 0.95</c> or <c>http_p95 &lt; 300ms</c>; one that fails makes the exit code 99. Repeatable.</summary>
    public static IResourceBuilder<ApeTestResource> WithThreshold(this IResourceBuilder<ApeTestResource> builder, string expression) =>
        builder.With(start => start.AddThreshold(expression));

    /// <summary>A scenario file, YAML or JSON, absolute or relative to the AppHost's directory. What else is said here overrides it.</summary>
    public static IResourceBuilder<ApeTestResource> WithScenario(this IResourceBuilder<ApeTestResource> builder, string path) =>
        builder.With(start => start.Scenario = Path.GetFullPath(Text(path), builder.ApplicationBuilder.AppHostDirectory));

    /// <summary>Runs on a stack instead of in the command's own process: the run is submitted to the stack's collector and followed from here.</summary>
    /// <param name="builder">The load.</param>
    /// <param name="collector">Endpoint of the collector.</param>
    /// <param name="tokenFile">File with the stack's service token, absolute or relative to the AppHost's directory.</param>
    public static IResourceBuilder<ApeTestResource> WithStack(this IResourceBuilder<ApeTestResource> builder, EndpointReference collector, string tokenFile)
    {
        ArgumentNullException.ThrowIfNull(collector);
        return builder.With(start =>
        {
            start.Stack = collector;
            start.TokenFile = Path.GetFullPath(Text(tokenFile), builder.ApplicationBuilder.AppHostDirectory);
        });
    }

    private static EndpointReference EndpointOf(IResourceWithEndpoints target, string? name)
    {
        if (name is not null)
        {
            return target.GetEndpoint(name);
        }
        var endpoints = target.GetEndpoints().ToArray();
        return endpoints.FirstOrDefault(static endpoint => endpoint.EndpointName == "http")
            ?? endpoints.FirstOrDefault(static endpoint => endpoint.IsHttp)
            ?? endpoints.FirstOrDefault(static endpoint => endpoint.IsHttps)
            ?? throw new DistributedApplicationException($"The target '{target.Name}' has no http or https endpoint to load.");
    }

    private static IResourceBuilder<ApeTestResource> With(this IResourceBuilder<ApeTestResource> builder, Action<StartArguments> set)
    {
        ArgumentNullException.ThrowIfNull(builder);
        set(builder.Resource.Start);
        return builder;
    }

    private static string Text(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        return value;
    }

    private static ParameterResource Resource(IResourceBuilder<ParameterResource> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.Resource;
    }
}
