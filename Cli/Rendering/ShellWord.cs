using System.Text.RegularExpressions;

namespace ApeTest.Cli.Rendering;

/// <summary>A word of a command line that a person is told to type: quoted for a shell where it must be.</summary>
internal static partial class ShellWord
{
    /// <summary>The word in the quotes of POSIX shells, if it needs any.</summary>
    public static string Of(string word) => Plain().IsMatch(word) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A path likewise, which is no option even where it begins with '-'.</summary>
    public static string OfPath(string path) => Of(path.StartsWith('-') ? $"./{path}" : path);

    [GeneratedRegex(@"^[A-Za-z0-9_./:@%+,][A-Za-z0-9_./:@%+=,-]*$")]
    private static partial Regex Plain();
}
