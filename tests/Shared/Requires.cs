namespace ApeTest.Tests.Shared;

/// <summary>
/// For a test that needs something a machine may lack (a database, a container engine, a tool): skips it and says why.
/// With <c>APETEST_REQUIRE=all</c>, as on a complete build machine, the same test fails instead.
/// </summary>
public static class Requires
{
    /// <summary>xUnit v3 reports any exception whose message begins so as a skip (<c>DynamicSkipToken</c>).</summary>
    private const string SkipToken = "$XunitDynamicSkip$";

    /// <summary>Goes on if <paramref name="condition"/> holds; otherwise skips (or fails) with <paramref name="reason"/>.</summary>
    public static void That(bool condition, string reason)
    {
        if (condition)
        {
            return;
        }

        var all = string.Equals(Environment.GetEnvironmentVariable("APETEST_REQUIRE"), "all", StringComparison.OrdinalIgnoreCase);
        throw new InvalidOperationException(all ? $"APETEST_REQUIRE=all, but {reason}" : SkipToken + reason);
    }

    /// <summary>Needs the executable <paramref name="command"/> on the <c>PATH</c>; returns its full path.</summary>
    public static string Command(string command)
    {
        var found = FindCommand(command);
        That(found is not null, $"'{command}' is not on the PATH");
        return found!;
    }

    /// <summary>Needs the environment variable <paramref name="name"/>; returns its value.</summary>
    public static string Variable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        That(!string.IsNullOrEmpty(value), $"the environment variable {name} is not set");
        return value!;
    }

    private static string? FindCommand(string command)
    {
        string[] names = OperatingSystem.IsWindows() ? [command + ".exe", command + ".cmd"] : [command];
        return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }
}
