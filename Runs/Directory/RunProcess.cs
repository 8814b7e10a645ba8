using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ApeTest.Runs.Directory;

/// <summary>
/// The process of a run, told from a later one that was given the same id: by where the id means something, and by when it started.
/// </summary>
public static class RunProcess
{
    // What stands for a start that the system does not tell.
    private const string Untold = "";

    /// <summary>Where a process id of this process means something: the host's name and, on Linux, the pid namespace.</summary>
    public static string Machine { get; } = Environment.MachineName + Namespace();

    /// <summary>When this process started; see <see cref="StartOf"/>.</summary>
    public static string? OwnStart { get; } = StartOf(Environment.ProcessId);

    /// <summary>When process <paramref name="pid"/> started, as text that only that process has. Null when there is no such process.</summary>
    public static string? StartOf(int pid) => OperatingSystem.IsLinux() ? StartOnLinux(pid) : StartElsewhere(pid);

    /// <summary>Whether the process that wrote <paramref name="file"/> lives; null where it cannot be told from here.</summary>
    public static bool? IsAlive(RunFile file) => file switch
    {
        { Machine: { } machine } when machine != Machine => null,
        { Machine: null } => StartOf(file.Pid) is not null ? true : null,
        _ => StartOf(file.Pid) is { } start && (start == Untold || file.PidStarted is null or Untold || start == file.PidStarted),
    };

    private static string Namespace()
    {
        try
        {
            return OperatingSystem.IsLinux() ? " " + new FileInfo("/proc/self/ns/pid").LinkTarget : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // Ticks since boot, proc_pid_stat(5): unlike a time of day they do not move when the clock is set.
    private static string? StartOnLinux(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            // The second field is the name in parentheses, which may hold anything; the third is the state, the 22nd the start.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields is ["Z" or "X", ..] ? null : fields.Length > 19 ? fields[19] : Untold;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? StartElsewhere(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
        catch (Win32Exception)
        {
            // It lives, and is not ours to ask.
            return Untold;
        }
    }
}
