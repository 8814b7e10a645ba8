using System.Security.Cryptography;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary>
/// The secrets of a stack, each a file of mode 0400 below <c>secrets/</c> (0700): compose mounts them into the containers that need them, and nothing else
/// holds them. What is there already stays as it is, so that a stack can be rendered again.
/// </summary>
internal static class StackSecrets
{
    /// <summary>Folder of the files, below the stack's.</summary>
    public const string Folder = "secrets";

    /// <summary>The service token's file.</summary>
    public const string Token = "service_token";

    /// <summary>Providers' keys: file, environment variable that it is taken from, variable of the compose file that says it is there.</summary>
    public static readonly (string File, string Variable, string Compose)[] ProviderKeys =
    [
        ("cerebras_api_key", "CEREBRAS_API_KEY", "APE_CEREBRAS_KEY_FILE"),
        ("openai_api_key", "OPENAI_API_KEY", "APE_OPENAI_KEY_FILE"),
    ];

    /// <summary>Draws what is missing and takes providers' keys from <paramref name="variables"/> (or the file that <c>..._FILE</c> names). A key that is not there is an empty file.</summary>
    public static void Draw(string directory, StackOwner owner, IReadOnlyDictionary<string, string> variables)
    {
        var folder = Path.Combine(directory, Folder);
        StackDirectory.CreatePrivate(folder);
        Keep(folder, Token, owner, NewSecret);
        Keep(folder, "postgres_password", owner, NewSecret);
        Keep(folder, "grafana_password", owner, NewSecret);
        foreach (var (file, variable, _) in ProviderKeys)
        {
            Keep(folder, file, owner, () => KeyOf(variable, variables));
        }
    }

    private static void Keep(string folder, string name, StackOwner owner, Func<string> value)
    {
        var file = Path.Combine(folder, name);
        if (File.Exists(file))
        {
            return;
        }
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // At creation, not after: there must be no moment at which others may read it.
            options.UnixCreateMode = UnixFileMode.UserRead;
        }
        using (var writer = new StreamWriter(file, options))
        {
            writer.Write(value());
        }
        owner.Take(file);
    }

    private static string NewSecret() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    private static string KeyOf(string variable, IReadOnlyDictionary<string, string> variables)
    {
        if (variables.GetValueOrDefault(variable) is { Length: > 0 } key)
        {
            return key;
        }
        if (variables.GetValueOrDefault(variable + "_FILE") is not { Length: > 0 } path)
        {
            return string.Empty;
        }
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"{variable}_FILE: {e.Message}", "Name a file that can be read, or unset it.", ExitCodes.Input, e);
        }
    }
}
