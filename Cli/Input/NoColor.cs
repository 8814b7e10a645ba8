using System.CommandLine;

namespace ApeTest.Cli.Input;

/// <summary><c>--no-color</c>, known to every command.</summary>
internal static class NoColor
{
    /// <summary>Its name.</summary>
    public const string Name = "--no-color";

    /// <summary>The option for the root command.</summary>
    public static Option<bool> Option() => new(Name) { Description = "No colours; also by NO_COLOR=1.", Recursive = true, Arity = ArgumentArity.Zero };

    /// <summary>Whether it was given.</summary>
    public static bool Of(ParseResult parse) => parse.GetValue<bool>(Name);
}
