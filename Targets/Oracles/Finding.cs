namespace ApeTest.Targets.Oracles;

/// <summary>What is known of a condition.</summary>
/// <param name="Truth">Whether it holds.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="TargetFailed">Whether that is because the target failed a read: 5xx, 429 or no answer.</param>
internal readonly record struct Finding(Truth Truth, string Detail, bool TargetFailed = false);
