using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Auth;

/// <summary>How a login ended.</summary>
/// <param name="Credential">What it yielded; null where it failed.</param>
/// <param name="Refusal">Where it failed: what the requests that need it are answered.</param>
internal readonly record struct LoginResult(LoginCredential? Credential, Verdict Refusal);
