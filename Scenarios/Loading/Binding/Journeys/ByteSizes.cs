using System.Globalization;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Numbers of bytes as people write them: <c>500</c>, <c>64KB</c> (1,000 bytes), <c>1.5MB</c>, <c>2MiB</c> (1,048,576 bytes). At most 1 TB.</summary>
internal static class ByteSizes
{
    private const double Most = 1e12;

    private static readonly (string Name, double Bytes)[] Units =
    [
        ("KiB", 1024), ("MiB", 1024 * 1024), ("GiB", 1024 * 1024 * 1024), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1),
    ];

    public static Rule<long> Rule { get; } = new(
        static node => Parse(node.Text) is { } bytes
            ? bytes
            : Rules.Wrong<long>($"must be a number of bytes (got {node.Description})", "Use for example 65536, 64KB or 1MiB."),
        static bytes => bytes.ToString(CultureInfo.InvariantCulture),
        IsText: false);

    private static long? Parse(string text)
    {
        var trimmed = text.Trim();
        var (name, factor) = Array.Find(Units, unit => trimmed.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase));
        var digits = name is null ? trimmed : trimmed[..^name.Length].TrimEnd();
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * (name is null ? 1 : factor) is var bytes and <= Most
            ? (long)Math.Round(bytes)
            : null;
    }
}
