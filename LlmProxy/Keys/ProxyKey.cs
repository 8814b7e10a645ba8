namespace ApeTest.LlmProxy.Keys;

/// <summary>One client of the proxy.</summary>
/// <param name="Name">Its name in errors, logs and the budget file.</param>
internal sealed record ProxyKey(string Name);
