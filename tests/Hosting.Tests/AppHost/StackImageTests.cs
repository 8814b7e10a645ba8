using System.Reflection;
using ApeTest.AppHost.Files;

namespace ApeTest.Hosting.Tests.AppHost;

public sealed class StackImageTests
{
    private static readonly string Deployed = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy", "compose.yaml"));

    public static TheoryData<string> Images =>
        [.. typeof(StackImage).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(static property => (StackImage)property.GetValue(null)!).Select(static image => $"{image.Name}:{image.Tag}")];

    [Theory]
    [MemberData(nameof(Images))]
    public void Images_AreThoseOfTheComposeFile(string image) => Assert.Contains($"    image: {image}\n", Deployed.ReplaceLineEndings("\n"), StringComparison.Ordinal);
}
