using System.Text;
using ApeTest.Gateway.Configuration;
using ApeTest.Scenarios;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Tests.Configuration;

/// <summary>Gateway files as text.</summary>
internal static class Files
{
    /// <summary>Reads a file with these variables.</summary>
    public static GatewayFile Parse(string json, params (string Name, string Value)[] variables) =>
        GatewayFileLoader.Parse(Encoding.UTF8.GetBytes(json), "g.json", variables.ToDictionary(static pair => pair.Name, static pair => pair.Value, StringComparer.Ordinal));

    /// <summary>A file of one target with these further fields.</summary>
    public static string Target(string fields) => $$"""{"targets":[{"name":"shop","url":"http://127.0.0.1:5080",{{fields}}}]}""";

    /// <summary>A file of one fault.</summary>
    public static string Fault(string fault) => $$"""{"targets":[{"name":"shop","url":"http://127.0.0.1:5080"}],"faults":[{{fault}}]}""";

    /// <summary>Reads a file with one fault.</summary>
    public static Targets.Faults.FaultOptions ParseFault(string fault) => Assert.Single(Parse(Fault(fault)).Faults);

    /// <summary>Errors of a file, without its name and the line.</summary>
    public static string[] Errors(string json, params (string Name, string Value)[] variables)
    {
        var exception = Assert.Throws<ApeTestException>(() => Parse(json, variables));
        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        return [.. exception.Message.Split(Environment.NewLine).Select(static line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..])];
    }
}
