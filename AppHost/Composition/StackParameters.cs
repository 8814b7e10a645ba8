using System.Globalization;
using ApeTest.AppHost.Files;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.AppHost.Composition;

/// <summary>
/// What can be set from outside. Every parameter has a value of its own where nobody gives one: a publisher that misses one would ask for it, and wait.
/// </summary>
internal sealed class StackParameters
{
    private const string WorkersName = "workers";
    private const string DefaultGoal = "Log in as user-0001 / pass-0001, buy two of the cheapest coffee, then log out.";

    private readonly IDistributedApplicationBuilder _builder;

    public StackParameters(IDistributedApplicationBuilder builder, StackFolder folder)
    {
        _builder = builder;
        Folder = folder;
        // How many processes there are is asked when the model is made, before any parameter resource has a value.
        WorkersText = Given(WorkersName) ?? "1";
        Workers = int.TryParse(WorkersText, NumberStyles.None, CultureInfo.InvariantCulture, out var workers) && workers > 0 ? workers : null;
        Agents = Add("agents", "20", "Simulated users of a run that is started from here.");
        Goal = Add("goal", DefaultGoal, "What they want to achieve at the shop, in plain words.");
        Model = Add("model", "builtin/planner", "Model that decides their actions, provider/model. The built-in planner needs no key and no network.");
        CerebrasKey = AddSecret("cerebras-key", static () => Environment.GetEnvironmentVariable("CEREBRAS_API_KEY") ?? "", "Key of the provider cerebras; empty where it is not used.");
    }

    public StackFolder Folder { get; }

    /// <summary>Worker processes of the agents, each with its share of a run's agents; null where the parameter is no whole number from 1.</summary>
    public int? Workers { get; }

    public string WorkersText { get; }

    public IResourceBuilder<ParameterResource> Agents { get; }

    public IResourceBuilder<ParameterResource> Goal { get; }

    public IResourceBuilder<ParameterResource> Model { get; }

    public IResourceBuilder<ParameterResource> CerebrasKey { get; }

    /// <summary>A secret that is drawn, and kept in the folder, where nobody gives it.</summary>
    public IResourceBuilder<ParameterResource> Drawn(string name, string description) => AddSecret(name, () => LocalSecret.Of(Folder.Secret(name)), description);

    private IResourceBuilder<ParameterResource> Add(string name, string value, string description) =>
        _builder.AddParameter(name, () => Given(name) ?? value, publishValueAsDefault: true).WithDescription(description);

    private IResourceBuilder<ParameterResource> AddSecret(string name, Func<string> value, string description) =>
        _builder.AddParameter(name, () => Given(name) ?? value(), secret: true).WithDescription(description);

    private string? Given(string name) => _builder.Configuration[$"Parameters:{name}"] is { Length: > 0 } value ? value : null;
}
