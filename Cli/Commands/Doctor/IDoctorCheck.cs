namespace ApeTest.Cli.Commands.Doctor;

/// <summary>Looks at one thing. What throws or lasts too long becomes a finding: no check can stop the others.</summary>
internal interface IDoctorCheck
{
    /// <summary>What is looked at, in a word or two.</summary>
    string Name { get; }

    /// <summary>Looks.</summary>
    Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken);
}
