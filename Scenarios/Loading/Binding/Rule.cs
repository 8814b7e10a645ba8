using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>A value, or what is wrong with it.</summary>
internal readonly record struct Checked<T>(T Value, string? Error, string? Suggestion)
{
    public static implicit operator Checked<T>(T value) => new(value, null, null);
}

/// <summary>How a scalar field is read and written back.</summary>
/// <param name="Read">Reads a scalar that is not null.</param>
/// <param name="Format">Writes the value as the resolved scenario shows it.</param>
/// <param name="IsText">Whether it is text to YAML.</param>
internal sealed record Rule<T>(Func<ScalarNode, Checked<T>> Read, Func<T, string> Format, bool IsText);
