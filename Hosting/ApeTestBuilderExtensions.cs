using ApeTest.Hosting.CommandLine;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.Hosting;

/// <summary>Adds agentic load to an AppHost.</summary>
public static class ApeTestBuilderExtensions
{
    /// <summary>The command of the .NET tool <c>ApeTest.Cli</c>.</summary>
    public const string DefaultCommand = "ape-test";

    /// <summary>
    /// Adds a load of simulated users as a resource. It starts with the application, once its target is healthy; with <c>WithExplicitStart()</c> it waits for
    /// its start command in the dashboard, and can be started again as often as you like. It is not published.
    /// </summary>
    /// <param name="builder">The AppHost's builder.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="command">
    /// The command to run: a name on the <c>PATH</c>, or a path, absolute or relative to the AppHost's directory. Default <c>ape-test</c>, which
    /// <c>dotnet tool install --global ApeTest.Cli</c> brings.
    /// </param>
    /// <param name="workingDirectory">Where it runs and keeps its runs (<c>.ape/runs</c>), absolute or relative to the AppHost's directory. Default: that directory.</param>
    /// <returns>A builder of the resource.</returns>
    /// <example>
    /// <code>
    /// builder.AddApeTest("load").WithTarget(shop).WithOpenApi("/openapi/v1.json").WithGoal("Buy the cheapest coffee.").WithAgents(50)
    ///     .WithThreshold("session_success >= 0.95");
    /// </code>
    /// </example>
    public static IResourceBuilder<ApeTestResource> AddApeTest(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string command = DefaultCommand, string workingDirectory = ".")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentException.ThrowIfNullOrEmpty(workingDirectory);
        // A path is looked up from the AppHost, whatever directory the load runs in.
        var program = command.AsSpan().ContainsAny('/', '\\') ? Path.GetFullPath(command, builder.AppHostDirectory) : command;
        var resource = new ApeTestResource(name, program, Path.GetFullPath(workingDirectory, builder.AppHostDirectory));
        return builder.AddResource(resource)
            .WithArgs(context => AddArguments(resource.Start, context.Args))
            .WithRequiredCommand(program)
            .WithIconName("PeopleTeam")
            .OnBeforeResourceStarted(RunLink.WatchAsync)
            .ExcludeFromManifest();
    }

    private static void AddArguments(StartArguments start, IList<object> arguments)
    {
        foreach (var argument in start.All())
        {
            arguments.Add(argument);
        }
    }
}
