using System.Text.RegularExpressions;
using ApeTest.EndToEnd.Tests.Telemetry;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>The images of others that deploy/compose.yaml names: tests run what is shipped.</summary>
internal static class ComposeFile
{
    /// <summary>Image and tag of a service.</summary>
    public static string ImageOf(string service)
    {
        var file = File.ReadAllText(Repository.PathOf("deploy", "compose.yaml"));
        var image = Regex.Match(file, $@"^  {Regex.Escape(service)}:\n(?:    .*\n)*?    image: (\S+)$", RegexOptions.Multiline);
        Assert.True(image.Success, $"deploy/compose.yaml has no image for {service}");
        return image.Groups[1].Value;
    }
}
