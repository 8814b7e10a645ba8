namespace ApeTest.ServiceDefaults.Hosting;

/// <summary>A service refuses to start because of how it is configured. The message says what is wrong and what to do; no stack trace is needed.</summary>
public sealed class ServiceStartException(string message) : Exception(message);
