namespace ApeTest.Cli.Rendering;

/// <summary>Colours text for a terminal, or leaves it alone.</summary>
internal readonly struct Paint(bool enabled)
{
    /// <summary>Whether colour is written.</summary>
    public bool Enabled { get; } = enabled;

    /// <summary>Paint for standard output.</summary>
    public static Paint ForOutput(CliEnvironment environment, bool noColor) =>
        new(environment.OutputIsTerminal && !noColor && !environment.ForbidsColor);

    /// <summary>Paint for standard error.</summary>
    public static Paint ForError(CliEnvironment environment, bool noColor) =>
        new(environment.ErrorIsTerminal && !noColor && !environment.ForbidsColor);

    public string Good(string text) => Wrap(text, "32");

    public string Bad(string text) => Wrap(text, "31");

    public string Warn(string text) => Wrap(text, "33");

    public string Strong(string text) => Wrap(text, "1");

    public string Dim(string text) => Wrap(text, "2");

    private string Wrap(string text, string code) => Enabled ? $"\e[{code}m{text}\e[0m" : text;
}
