namespace ApeTest.Targets.Sessions;

/// <summary>The token in the answer of a login.</summary>
/// <param name="Path">Where it stands: a JSON path or <c>header NAME</c>.</param>
/// <param name="Token">The token.</param>
/// <param name="Others">What stands beside it and is as secret (a refresh token), by name.</param>
internal sealed record PickedUpToken(string Path, string Token, IReadOnlyList<KeyValuePair<string, string>> Others);
