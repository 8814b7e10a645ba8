using System.Text;

namespace ApeTest.Targets.OpenApi;

/// <summary>Tool names: unique, <c>[A-Za-z0-9_-]{1,64}</c> (DESIGN 6).</summary>
internal sealed class ToolNames(IEnumerable<string> reserved)
{
    private const int MaxLength = 64;

    private readonly HashSet<string> _taken = new(reserved, StringComparer.Ordinal);

    /// <summary>A name for an operation: its operationId, else <c>method_path</c>.</summary>
    public string Take(string? operationId, string method, string path)
    {
        var wanted = Clean(string.IsNullOrWhiteSpace(operationId) ? FromPath(method, path) : operationId.Trim());
        var name = wanted;
        for (var number = 2; !_taken.Add(name); number++)
        {
            var suffix = $"_{number}";
            name = wanted[..Math.Min(wanted.Length, MaxLength - suffix.Length)] + suffix;
        }
        return name;
    }

    private static string Clean(string text)
    {
        var name = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (var c in text)
        {
            if (name.Length == MaxLength)
            {
                break;
            }
            name.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_');
        }
        return name.ToString();
    }

    private static string FromPath(string method, string path)
    {
        var words = path.Split(['/', '{', '}'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? $"{method}_root" : $"{method}_{string.Join('_', words)}";
    }
}
