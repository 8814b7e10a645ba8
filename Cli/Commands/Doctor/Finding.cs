namespace ApeTest.Cli.Commands.Doctor;

/// <summary>How a finding is.</summary>
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Something will not work, or not well.</summary>
    Warning,

    /// <summary>A run would fail.</summary>
    Problem,
}

/// <summary>What a check found.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Level">How it is.</param>
/// <param name="Found">What was found.</param>
internal sealed record Finding(string Check, FindingLevel Level, string Found)
{
    /// <summary>Why it matters; null where it is as it should be.</summary>
    public string? Why { get; init; }

    /// <summary>What mends it, as a command where there is one; null where it is as it should be.</summary>
    public string? Fix { get; init; }

    /// <summary>What <c>--fix</c> does about it; null: nothing that is safe.</summary>
    public SafeFix? Safe { get; init; }

    public static Finding Ok(string check, string found) => new(check, FindingLevel.Ok, found);

    public static Finding Warning(string check, string found, string why, string fix) => new(check, FindingLevel.Warning, found) { Why = why, Fix = fix };

    public static Finding Problem(string check, string found, string why, string? fix) => new(check, FindingLevel.Problem, found) { Why = why, Fix = fix };
}

/// <summary>Something that can be mended without losing anything.</summary>
/// <param name="What">What is done, for people.</param>
/// <param name="Do">Does it; may throw what files throw.</param>
internal sealed record SafeFix(string What, Action Do);
