namespace ApeTest.Targets.Journeys;

/// <summary>What came of a step's answer.</summary>
/// <param name="ErrorType">
/// Null: it is as it must be. Otherwise bounded: one of <see cref="Http.TargetErrors"/>, <c>http_{status}</c>, <see cref="Check"/>, <see cref="Extraction"/>.
/// </param>
/// <param name="Detail">What is wrong, for a person, bounded and without secrets; null where nothing is.</param>
public readonly record struct StepResult(string? ErrorType, string? Detail)
{
    /// <summary>The answer is not what <c>check</c> asks for.</summary>
    public const string Check = "check";

    /// <summary>A value that <c>extract</c> names is not in the answer.</summary>
    public const string Extraction = "extraction";

    private static readonly string?[] Statuses = new string?[1_000];

    /// <summary>Nothing is wrong.</summary>
    public static StepResult Ok => default;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsOk => ErrorType is null;

    /// <summary><c>http_503</c>; made once for each status.</summary>
    internal static string OfStatus(int status) => (uint)status < (uint)Statuses.Length ? Statuses[status] ??= $"http_{status}" : "http_other";
}
