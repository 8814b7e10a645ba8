namespace ApeTest.ServiceDefaults.Tests.Golden;

/// <summary>Compares text with a file of this folder.</summary>
internal static class GoldenFile
{
    public static void Equal(string name, string actual)
    {
        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name));
        Assert.Equal(expected.ReplaceLineEndings("\n"), actual.ReplaceLineEndings("\n"));
    }
}
