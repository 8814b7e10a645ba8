using System.Runtime.CompilerServices;

namespace ApeTest.Cli.Tests;

/// <summary>Compares text with a file in <c>Golden/</c>; <c>APETEST_GOLDEN=write</c> writes the files instead.</summary>
internal static class Golden
{
    public static void Check(string name, string actual, [CallerFilePath] string source = "")
    {
        if (Environment.GetEnvironmentVariable("APETEST_GOLDEN") == "write")
        {
            File.WriteAllText(Path.Combine(Folder(source), name), actual);
            return;
        }
        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name)).ReplaceLineEndings("\n");
        Assert.Equal(expected, actual);
    }

    // A test may lie in a folder of its feature.
    private static string Folder(string source)
    {
        var folder = Path.GetDirectoryName(source)!;
        while (!Directory.Exists(Path.Combine(folder, "Golden")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        return Path.Combine(folder, "Golden");
    }
}
