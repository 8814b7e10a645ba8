using System.Text.Json;

namespace ApeTest.Cli.Commands.Doctor;

/// <summary>Findings for programs: <c>apetest.doctor/1</c>.</summary>
internal static class DoctorJson
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(IReadOnlyList<Finding> findings) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["schema"] = "apetest.doctor/1",
        ["problems"] = findings.Count(static finding => finding.Level is FindingLevel.Problem),
        ["warnings"] = findings.Count(static finding => finding.Level is FindingLevel.Warning),
        ["findings"] = findings.Select(static finding => new Dictionary<string, string?>
        {
            ["check"] = finding.Check,
            ["level"] = finding.Level.ToString().ToLowerInvariant(),
            ["found"] = finding.Found,
            ["why"] = finding.Why,
            ["fix"] = finding.Fix,
        }),
    }, Options);
}
