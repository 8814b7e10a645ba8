namespace ApeTest.Scenarios.Data;

/// <summary>
/// <c>{{env.NAME}}</c>: a variable of the environment in which the scenario is loaded. Such values are secrets, as in headers: what comes
/// in by the environment is mostly meant to stay out of files.
/// </summary>
public static class EnvironmentFeed
{
    /// <summary>What stands where a feed's name does; no feed may be called so.</summary>
    public const string Name = "env";

    private const string Prefix = Name + ".";

    /// <summary>The placeholder's name of a variable: <c>env.NAME</c>.</summary>
    public static string NameOf(string variable) => Prefix + variable;

    /// <summary>The variable that a placeholder names; null where it names something else.</summary>
    public static string? VariableOf(string placeholder) =>
        placeholder.StartsWith(Prefix, StringComparison.Ordinal) ? placeholder[Prefix.Length..] : null;
}
