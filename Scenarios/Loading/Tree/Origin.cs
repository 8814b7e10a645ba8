namespace ApeTest.Scenarios.Loading.Tree;

/// <summary>Where a value comes from, weakest first.</summary>
internal enum OriginKind
{
    Default,
    File,
    Environment,
    CommandLine,
}

/// <summary>Where a value stands: a line of the file, a variable, a flag, or nowhere (a default).</summary>
internal readonly record struct Origin(OriginKind Kind, string Name, int Line = 0, int Column = 0)
{
    public static Origin Default => default;

    /// <summary>As the resolved scenario names it: <c>file:12</c>, <c>env:APETEST_SCENARIO__AGENTS</c>, <c>cli:--agents</c>, <c>default</c>.</summary>
    public string Label => Kind switch
    {
        OriginKind.File => $"file:{Line}",
        OriginKind.Environment => $"env:{Name}",
        OriginKind.CommandLine => $"cli:{Name}",
        _ => "default",
    };

    /// <summary>As an error names it: <c>shop.yaml:12</c>, the variable or the flag.</summary>
    public string Where => Kind is OriginKind.File && Line > 0 ? $"{Name}:{Line}" : Name ?? "scenario";
}
