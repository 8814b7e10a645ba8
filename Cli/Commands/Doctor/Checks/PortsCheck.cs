using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>The ports that services use where they run alone.</summary>
internal sealed class PortsCheck : IDoctorCheck
{
    private static readonly (int Port, string Service)[] Ports =
        [(DefaultPorts.Shop, "shop"), (DefaultPorts.Gateway, "gateway"), (DefaultPorts.LlmProxy, "proxy"), (DefaultPorts.Collector, "collector"), (DefaultPorts.Agent, "agent")];

    public string Name => "ports";

    public Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken)
    {
        var taken = Ports.Where(port => patient.Machine.IsTaken(port.Port)).ToList();
        return Task.FromResult<IReadOnlyList<Finding>>(taken.Count == 0
            ? [Finding.Ok(Name, $"{string.Join(", ", Ports.Select(static port => port.Port))} are free")]
            : [.. taken.Select(port => Finding.Warning(Name, $"{port.Port} ({port.Service}) is taken",
                $"`ape-test {port.Service}` alone and the compose stack use it; `start` is not concerned, it takes free ports",
                port.Port is DefaultPorts.Shop or DefaultPorts.Gateway or DefaultPorts.LlmProxy ? $"ape-test {port.Service} --port 0" : "end what listens there, or map another port in ape.docker-compose.yml"))]);
    }
}
