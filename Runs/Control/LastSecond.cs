namespace ApeTest.Runs.Control;

/// <summary>What the workers told of the last second; seconds; null where nothing was measured.</summary>
/// <param name="MtbaMeanS">Mean time between actions.</param>
/// <param name="ActionP95S">p95 of the duration of actions.</param>
/// <param name="TtftP95S">p95 of the time to first token.</param>
/// <param name="Errors">Actions with an error.</param>
/// <param name="Succeeded">Sessions that succeeded.</param>
/// <param name="Judged">Sessions that succeeded, failed or got stuck.</param>
public sealed record LastSecond(double? MtbaMeanS, double? ActionP95S, double? TtftP95S, long Errors, long Succeeded, long Judged);
