using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApeTest.LlmProxy.Options;

/// <summary>Reads the proxy's JSON file. Comments and trailing commas are allowed; an unknown field is an error.</summary>
public static class LlmProxyConfigFile
{
    /// <summary>The environment variable that names the file.</summary>
    public const string Variable = "APETEST_LLMPROXY__CONFIG";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new DurationConverter() },
    };

    /// <summary>Options of the file that <see cref="Variable"/> names, or the defaults when it names none.</summary>
    public static LlmProxyOptions FromEnvironment(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var path = environment(Variable);
        var options = string.IsNullOrWhiteSpace(path) ? new LlmProxyOptions() : Load(path);
        options.Environment = environment;
        return options;
    }

    /// <summary>Reads one file. Throws <see cref="LlmProxyConfigException"/> that names the file and the place in it.</summary>
    public static LlmProxyOptions Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<LlmProxyOptions>(File.ReadAllBytes(path), Json)
                ?? throw new LlmProxyConfigException([$"{path}: holds null; write an object, {{}} for the defaults"]);
        }
        catch (JsonException error)
        {
            var line = error.LineNumber is { } number ? $" line {number + 1}" : "";
            throw new LlmProxyConfigException([$"{path}{line}: {error.Path}: {error.Message}"]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LlmProxyConfigException([$"{path}: cannot be read ({error.Message}); set {Variable} to a readable file or unset it"]);
        }
    }
}
