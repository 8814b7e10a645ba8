using ApeTest.Cli.Rendering;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>Room and permission for runs, and a clock that can be right.</summary>
internal sealed class DiskCheck : IDoctorCheck
{
    // A run's directory is capped far below; this is where other programs begin to fail too.
    private const long Tight = 1_000_000_000;
    private const long Full = 100_000_000;

    public string Name => "disk";

    public Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>>([Disk(patient), Runs(patient), Clock(patient)]);

    private Finding Disk(Patient patient) => patient.Machine.FreeBytes(patient.Environment.CurrentDirectory) switch
    {
        null => Finding.Ok(Name, "how much is free is not known here"),
        < Full and long free => Finding.Problem(Name, $"{Show.Bytes(free)} free", "a run's records and logs do not fit, and what is dropped is lost", "free some space, or run in another directory"),
        < Tight and long free => Finding.Warning(Name, $"{Show.Bytes(free)} free", "long runs write up to a few hundred megabytes", "free some space: ape-test runs lists what lies here"),
        long free => Finding.Ok(Name, $"{Show.Bytes(free)} free"),
    };

    private static Finding Runs(Patient patient)
    {
        var runs = patient.Environment.RunsRoot;
        var place = Directory.Exists(runs) ? runs : patient.Environment.CurrentDirectory;
        if (!patient.Machine.CanWrite(place))
        {
            return Finding.Problem("directory", $"{patient.Environment.Shown(place)} cannot be written", "a run keeps its records in .ape/runs below this directory", "run in a directory of your own");
        }
        return Directory.Exists(runs) ? Finding.Ok("directory", ".ape/runs can be written") : Finding.Ok("directory", ".ape/runs is made by the first run") with
        {
            Safe = new SafeFix("make .ape/runs", () => Directory.CreateDirectory(runs)),
        };
    }

    private static Finding Clock(Patient patient)
    {
        var now = patient.Environment.Time.GetUtcNow();
        return patient.Machine.Built is { } built && now < built.AddMinutes(-1)
            ? Finding.Problem("clock", $"the clock says {now:yyyy-MM-dd HH:mm} UTC, before this program was built ({built:yyyy-MM-dd HH:mm})", "certificates and tokens are judged by it, and runs sort by it", "sudo timedatectl set-ntp true")
            : Finding.Ok("clock", $"{now:yyyy-MM-dd HH:mm} UTC");
    }
}
