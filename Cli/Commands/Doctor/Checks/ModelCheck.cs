using ApeTest.Cli.Embedded;
using ApeTest.LlmProxy;
using ApeTest.LlmProxy.Models;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>The scenario's models and their keys, asked as a run would ask: no token is spent.</summary>
internal sealed class ModelCheck : IDoctorCheck
{
    private const string Builtin = "builtin/";

    public string Name => "model";

    public async Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (patient.Scenario is not { } scenario)
        {
            return [];
        }
        if (scenario.Goals.IsEmpty)
        {
            return [Finding.Ok(Name, "none is needed: journeys ask no model")];
        }
        if (scenario.Llm.Models.All(static model => model.StartsWith(Builtin, StringComparison.Ordinal)))
        {
            return [Finding.Ok(Name, $"{scenario.Llm.Model}: no key, no network")];
        }
        var variables = patient.Environment.Variables;
        var options = RunProxy.Options(scenario.Llm, "doctor", name => variables.GetValueOrDefault(name));
        await using var proxy = await EmbeddedService.StartAsync(new ServiceOptions { Service = "llm-proxy" }, ServiceUrls.FreeLoopback, patient.Environment.Time,
            builder => builder.AddLlmProxy(options), app => app.MapLlmProxy(), cancellationToken);
        var readiness = proxy.Services.GetRequiredService<ILlmReadiness>();
        var findings = new List<Finding>();
        foreach (var model in scenario.Llm.Models)
        {
            try
            {
                var terms = await Readiness.ModelCheck.ReadyAsync(readiness, model, cancellationToken);
                findings.Add(Finding.Ok(Name, $"{model} can be used{(terms is { Free: true } ? ", at no cost" : "; it may cost money")}"));
            }
            catch (ApeTestException exception)
            {
                findings.Add(Finding.Problem(Name, exception.Message, "no run starts with it", exception.Hint));
            }
        }
        return findings;
    }
}
