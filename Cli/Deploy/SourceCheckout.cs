using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary>The checkout of ApeTest's sources that images are built from.</summary>
/// <param name="Root">Its folder.</param>
internal sealed record SourceCheckout(string Root)
{
    /// <summary>The Dockerfile of all services.</summary>
    public string Dockerfile => Path.Combine(Root, "deploy", "Dockerfile");

    /// <summary>The checkout that the program at <paramref name="program"/> was built in, or else the one around <paramref name="directory"/>. None throws <see cref="ApeTestException"/> (exit 3).</summary>
    public static SourceCheckout Find(string program, string directory) => Around(program) ?? Around(directory) ?? throw new ApeTestException(
        "images are built from the sources of ApeTest, and this is an installed tool outside of a checkout",
        "In a clone of the repository: ./ape-test images. Elsewhere use images that somebody has pushed: APE_IMAGES=REGISTRY/apetest APE_PULL=missing.", ExitCodes.Environment);

    private static SourceCheckout? Around(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            var found = new SourceCheckout(at.FullName);
            if (File.Exists(Path.Combine(at.FullName, "ApeTest.sln")) && File.Exists(found.Dockerfile))
            {
                return found;
            }
        }
        return null;
    }
}
