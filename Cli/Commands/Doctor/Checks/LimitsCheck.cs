using ApeTest.Cli.Readiness;
using ApeTest.Cli.Rendering;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>How many agents fit in one process, by its open files, ports and memory: the arithmetic of a run's own preflight.</summary>
internal sealed class LimitsCheck : IDoctorCheck
{
    public string Name => "limits";

    public Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>>(patient.Scenario is null ? [] : [Look(patient)]);

    private Finding Look(Patient patient)
    {
        var (scenario, machine) = (patient.Scenario!, patient.Machine.Limits);
        try
        {
            if (GeneratorLimits.Check(scenario, patient.IsTargetHere, machine) is { } tight)
            {
                return Finding.Warning(Name, tight.Replace("warning: ", "", StringComparison.Ordinal), "a slow target or model then fails for want of room here", "use fewer agents, or more processes: --workers");
            }
            var room = GeneratorLimits.Room(scenario, patient.IsTargetHere, machine);
            return Finding.Ok(Name, $"{Amount(machine.OpenFiles, "open files")}, {Amount(machine.Ports, "ports")}, {(machine.MemoryBytes is { } bytes ? Show.Bytes(bytes) : "no limit of memory")}: "
                + (room is { } most ? $"up to {Show.Count(most)} agents of this scenario fit in one process" : "any number of agents fits"));
        }
        catch (ApeTestException exception)
        {
            return Finding.Problem(Name, exception.Message, "no run starts with so many", exception.Hint);
        }
    }

    private static string Amount(long? limit, string of) => limit is { } number ? $"{Show.Count(number)} {of}" : $"no limit of {of}";
}
