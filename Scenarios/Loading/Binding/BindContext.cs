namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>What the binders share while one scenario is bound.</summary>
internal sealed class BindContext(ErrorList errors, IReadOnlyDictionary<string, string> environment, string baseDirectory, string? fileName)
{
    public ErrorList Errors { get; } = errors;

    /// <summary>Variables for <c>${VAR}</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = environment;

    /// <summary>Directory of the scenario.</summary>
    public string BaseDirectory { get; } = baseDirectory;

    /// <summary>Name of the scenario file, for the default name; null without a file.</summary>
    public string? FileName { get; } = fileName;

    /// <summary>Full paths of the data files that were read.</summary>
    public List<string> DataFiles { get; } = [];

    /// <summary>Bytes of the files that bodies send.</summary>
    public long BodyBytes { get; set; }

    /// <summary>What the user should know though nothing is wrong, a sentence each.</summary>
    public List<string> Notes { get; } = [];
}
