using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>The .NET SDK with which ApeTest builds itself, and the package feed that it was built with.</summary>
internal sealed class SdkCheck : IDoctorCheck
{
    private const string Needed = "10.";

    public string Name => "SDK";

    public async Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken)
    {
        var feed = Finding.Ok("feed", patient.Machine.Feed == PackageFeed.Full ? "full: everything is built in" : "partial: built without Aspire, Semantic Kernel, prometheus-net; nothing that a run needs. In a checkout ./ape-test feed auto probes again");
        if (await patient.Machine.RunAsync("dotnet", ["--list-sdks"], cancellationToken) is not (0, var list))
        {
            return [Finding.Warning(Name, "dotnet is not on the PATH", "ApeTest builds itself with it when its sources change", "install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"), feed];
        }
        var versions = list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0]).ToList();
        return versions.FindLast(static version => version.StartsWith(Needed, StringComparison.Ordinal)) is { } found
            ? [Finding.Ok(Name, $".NET SDK {found}"), feed]
            : [Finding.Warning(Name, $"no .NET 10 SDK (found: {(versions.Count == 0 ? "none" : string.Join(", ", versions))})", "ApeTest builds itself with it when its sources change", "install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"), feed];
    }
}
