using ApeTest.Cli.Commands.Doctor.Checks;
using ApeTest.Cli.Signals;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Doctor;

/// <summary>Makes all checks at once, each bounded in time, and tells what they found.</summary>
internal sealed class DoctorRun(CliEnvironment environment, IMachine machine, string? scenario)
{
    /// <summary>How long one check may take: a host that does not answer is a finding, not a wait.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private static readonly IDoctorCheck[] Checks = [new SdkCheck(), new ConfigCheck(), new TargetCheck(), new ModelCheck(), new LimitsCheck(), new PortsCheck(), new DiskCheck(), new RunsCheck(), new StackCheck(), new EngineCheck()];

    /// <summary>Looks and tells; with <paramref name="fix"/> mends what is safe and looks again. 0 without problems, else 3.</summary>
    public async Task<int> RunAsync(bool json, bool fix, bool color, CancellationToken cancellationToken)
    {
        var findings = await LookAsync(cancellationToken);
        if (fix)
        {
            if (Mend(findings))
            {
                findings = await LookAsync(cancellationToken);
            }
        }
        if (json)
        {
            environment.Out.WriteLine(DoctorJson.Of(findings));
        }
        else
        {
            DoctorText.Write(environment.Out, findings, environment.Width, color);
        }
        return findings.Any(static finding => finding.Level is FindingLevel.Problem) ? ExitCodes.Environment : ExitCodes.Done;
    }

    /// <summary>Runs until it is done, or Ctrl+C.</summary>
    public async Task<int> RunAsync(bool json, bool fix, bool color)
    {
        using var ladder = new StopLadder(environment.Signals);
        try
        {
            return await RunAsync(json, fix, color, ladder.Drain);
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            return code;
        }
    }

    private async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellationToken)
    {
        var patient = new Patient(environment, machine, scenario);
        var all = await Task.WhenAll(Checks.Select(check => BoundedAsync(check, patient, cancellationToken)));
        return [.. all.SelectMany(static each => each)];
    }

    private async Task<IReadOnlyList<Finding>> BoundedAsync(IDoctorCheck check, Patient patient, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Off this thread, and waited for no longer: some calls of the system cannot be cancelled.
            return await Task.Run(() => check.LookAsync(patient, either.Token), either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Problem(check.Name, $"no answer within {Limit.TotalSeconds:0} s", "a run would wait as long, and then fail", "see that it answers, then try again: ape-test doctor")];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ApeTestException)
        {
            return [Finding.Problem(check.Name, exception.Message, "it could not be looked at", (exception as ApeTestException)?.Hint)];
        }
    }

    /// <summary>Lists what will be done, then does it. False: there was nothing.</summary>
    private bool Mend(IReadOnlyList<Finding> findings)
    {
        var fixes = findings.Select(static finding => finding.Safe).OfType<SafeFix>().ToList();
        environment.Error.WriteLine(fixes.Count == 0 ? "--fix: there is nothing that can be mended safely" : "--fix will:");
        fixes.ForEach(fix => environment.Error.WriteLine($"  {fix.What}"));
        foreach (var fix in fixes)
        {
            try
            {
                fix.Do();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                environment.Error.WriteLine($"warning: could not {fix.What}: {exception.Message}");
            }
        }
        return fixes.Count > 0;
    }
}
