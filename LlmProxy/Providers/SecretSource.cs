using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Providers;

/// <summary>A value from an environment variable, or from the file that the same variable with <c>_FILE</c> behind it names.</summary>
internal static class SecretSource
{
    public static string? Read(Func<string, string?> environment, string variable)
    {
        if (environment(variable) is { Length: > 0 } value)
        {
            return value.Trim();
        }

        if (environment(variable + "_FILE") is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LlmProxyConfigException([$"{variable}_FILE: {path} cannot be read ({error.Message})"]);
        }
    }
}
