namespace ApeTest.AppHost.Options;

/// <summary>The AppHost's own flags. All others are .NET Aspire's, and are passed on.</summary>
internal sealed record AppHostOptions
{
    private const string NoContainersFlag = "--no-containers";
    private const string OllamaFlag = "--ollama";
    private const string PublishToFlag = "--publish-to";

    /// <summary>What <c>--help</c> says.</summary>
    public const string HelpText = $"""
        ApeTest's services as .NET Aspire resources.

          {NoContainersFlag}          projects alone. The run queue is then the PostgreSQL server that APETEST_QUEUE names;
                                   without one, a run is in one process, with the shop as its target
          {OllamaFlag}                 a container of Ollama, for a fully local model
          {PublishToFlag} TARGET      compose (default) or kubernetes: what --operation publish makes
          --help                   this text

        Parameters, as --Parameters:NAME=VALUE or in the variable Parameters__NAME: workers (1), agents (20), goal, model
        (builtin/planner), cerebras-key.
        Everything else goes to .NET Aspire: --operation publish --step publish --output-path out
        """;

    /// <summary>Whether containers may be used: the queue, and what observes. Default true.</summary>
    public bool Containers { get; init; } = true;

    /// <summary>Whether Ollama runs in a container. Default false.</summary>
    public bool Ollama { get; init; }

    /// <summary>What is published. Default Compose.</summary>
    public PublishTarget PublishTo { get; init; }

    /// <summary>Whether the help is asked for.</summary>
    public bool Help { get; init; }

    /// <summary>What is wrong with the flags; null for nothing.</summary>
    public string? Error { get; init; }

    /// <summary>The arguments that are .NET Aspire's.</summary>
    public string[] Others { get; init; } = [];

    /// <summary>
    /// Reads <paramref name="args"/>. Our flags are taken out: Aspire's configuration reads every <c>--name</c> as one that has a value, so that a flag without
    /// one would swallow the next.
    /// </summary>
    public static AppHostOptions Parse(IReadOnlyList<string> args)
    {
        var read = new AppHostOptions();
        var others = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var (flag, value) = args[i].Split('=', 2) is [var name, var text] && name == PublishToFlag ? (name, text) : (args[i], null);
            switch (flag)
            {
                case NoContainersFlag:
                    read = read with { Containers = false };
                    break;
                case OllamaFlag:
                    read = read with { Ollama = true };
                    break;
                case "--help" or "-h" or "-?":
                    read = read with { Help = true };
                    break;
                case PublishToFlag:
                    value ??= ++i < args.Count ? args[i] : "";
                    read = value switch
                    {
                        "compose" => read with { PublishTo = PublishTarget.Compose },
                        "kubernetes" => read with { PublishTo = PublishTarget.Kubernetes },
                        _ => read with { Error = $"{PublishToFlag} '{value}' is neither compose nor kubernetes" },
                    };
                    break;
                default:
                    others.Add(args[i]);
                    break;
            }
        }
        var clash = read is { Containers: false, Ollama: true } ? $"{OllamaFlag} is a container, and {NoContainersFlag} forbids them; set OLLAMA_HOST to one that runs" : null;
        return read with { Error = read.Error ?? clash, Others = [.. others] };
    }
}
