using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Reads files that are sent as bodies: each bounded, and all together.</summary>
internal static class BodyFile
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Most bytes of all files of a scenario: they travel with the plan to every worker.</summary>
    public const int MaxBytesTogether = 64 * 1024 * 1024;

    /// <summary>The file's content as Base64; null with an error where it cannot be had.</summary>
    public static string? Read(BindContext context, Node node, string path, string name)
    {
        var file = Quote.Text(name);
        try
        {
            var full = Path.GetFullPath(name, context.BaseDirectory);
            var bytes = BoundedFile.Read(full, MaxBytes);
            if (bytes.Length > MaxBytes)
            {
                context.Errors.Add(node.Origin, path, $"the file {file} is larger than {MaxBytes / 1024 / 1024} MiB", "Send a smaller one.");
                return null;
            }
            context.BodyBytes += bytes.Length;
            if (context.BodyBytes > MaxBytesTogether)
            {
                context.Errors.Add(node.Origin, path, $"with the file {file} the bodies are larger than {MaxBytesTogether / 1024 / 1024} MiB together", "Send fewer or smaller files.");
                return null;
            }
            context.DataFiles.Add(full);
            return Convert.ToBase64String(bytes);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            context.Errors.Add(node.Origin, path, $"the file {file} does not exist", "A path is relative to the scenario's directory.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            context.Errors.Add(node.Origin, path, $"the file {file} cannot be read: {Quote.Plain(exception.Message.TrimEnd('.'), 200)}", "Name a file that you may read.");
        }
        return null;
    }
}
