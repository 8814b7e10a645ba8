using System.ComponentModel;
using System.Diagnostics;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests.Deploy;

/// <summary>
/// A <c>docker</c> on the PATH of a test's own: it writes down how it was called, and answers as the test says. What it is not told to refuse succeeds.
/// </summary>
internal sealed class FakeDocker : IDisposable
{
    private const int TextFileBusy = 26;

    // One for all tests, ready before the first: a program that somebody has open for writing, as a process forked meanwhile does for a moment, cannot be run (ETXTBSY).
    private static readonly Lazy<string> Script = new(WriteScript);
    private readonly TempDirectory _folder = new();
    private readonly List<string> _cases = [];

    public FakeDocker()
    {
        Requires.That(!OperatingSystem.IsWindows(), "the fake docker is a shell script");
        Answer("info*", "4");
        Answer("version*", "linux/amd64");
        Answer("compose version*", "2.26.1");
    }

    /// <summary>Words of each call, in order.</summary>
    public IReadOnlyList<string> Calls => File.Exists(_folder.Combine("calls")) ? File.ReadAllLines(_folder.Combine("calls")) : [];

    /// <summary>Calls that match the shell pattern write this and succeed. The last that is added goes first.</summary>
    public void Answer(string pattern, string output) => Add($"{Quoted(pattern)}) cat <<'END'\n{output}\nEND\nexit 0;;");

    /// <summary>Calls that match the shell pattern write this to standard error and fail.</summary>
    public void Refuse(string pattern, string error) => Add($"{Quoted(pattern)}) cat >&2 <<'END'\n{error}\nEND\nexit 1;;");

    /// <summary>Makes a command use it.</summary>
    public void Install(CliHarness cli)
    {
        _folder.Write("cases", $"case \"$*\" in\n{string.Join('\n', _cases)}\nesac\n");
        File.CreateSymbolicLink(_folder.Combine("docker"), Script.Value);
        cli.Variables["PATH"] = _folder.Path;
    }

    public void Dispose() => _folder.Dispose();

    private static string WriteScript()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "fake-docker");
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(file);
            File.WriteAllText(file, "#!/bin/sh\nPATH=/usr/bin:/bin\nfolder=$(dirname \"$0\")\n[ -e \"$folder/cases\" ] || exit 0\nprintf '%s\\n' \"$*\" >> \"$folder/calls\"\n. \"$folder/cases\"\nexit 0\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            for (var busy = true; busy;)
            {
                try
                {
                    using var process = Process.Start(file);
                    process.WaitForExit();
                    busy = false;
                }
                catch (Win32Exception e) when (e.NativeErrorCode == TextFileBusy)
                {
                    Thread.Yield();
                }
            }
        }
        return file;
    }

    private void Add(string text) => _cases.Insert(0, text);

    // A space ends a pattern of the shell's case.
    private static string Quoted(string pattern) => pattern.Replace(" ", "\\ ", StringComparison.Ordinal);
}
