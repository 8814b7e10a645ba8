using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Providers;

/// <summary>A value from an environment variable, or from the file that the same variable with <c>_FILE</c> behind it names.</summary>
internal static class SecretSource
{
    /// <summary>Reads it; null where neither is set. A file that cannot be read or is empty throws <see cref="LlmProxyConfigException"/>.</summary>
    public static string? Read(Func<string, string?> environment, string variable)
    {
        if (environment(variable)?.Trim() is { Length: > 0 } value)
        {
            return value;
        }

        if (environment(variable + "_FILE") is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            // Whoever names a file means its value: going on without one would be found out by the first call.
            return File.ReadAllText(path).Trim() is { Length: > 0 } held ? held
                : throw new LlmProxyConfigException([$"{variable}_FILE: {path} is empty; write the value into it, or unset {variable}_FILE"]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LlmProxyConfigException([$"{variable}_FILE: {path} cannot be read ({error.Message})"]);
        }
    }
}
