using System.Text;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>What an invocation may leave behind: files in its directory, processes that it started.</summary>
internal sealed class Leftovers(TempDirectory directory)
{
    /// <summary>Variable by which descendants of an invocation are known, whoever has adopted them.</summary>
    public const string Variable = "APE_TEST_ROW";

    private readonly List<string> _before = Entries(directory);

    /// <summary>Value of <see cref="Variable"/>.</summary>
    public string Mark { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Fails unless everything is as it was.</summary>
    public void AssertNone()
    {
        Assert.Equal(_before, Entries(directory));
        if (OperatingSystem.IsLinux())
        {
            Assert.Empty(Processes());
        }
    }

    private List<string> Processes()
    {
        var mark = Encoding.ASCII.GetBytes($"{Variable}={Mark}");
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                if (File.ReadAllBytes(Path.Combine(process, "environ")).AsSpan().IndexOf(mark) >= 0)
                {
                    found.Add(process);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is another user's.
            }
        }
        return found;
    }

    private static List<string> Entries(TempDirectory directory) => [.. Directory.EnumerateFileSystemEntries(directory.Path, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(directory.Path, path)).Order(StringComparer.Ordinal)];
}
