using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Journeys.Rendering;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>Compiles one request of a journey.</summary>
/// <param name="target">The target.</param>
/// <param name="journey">The journey.</param>
/// <param name="scope">The values that the step may name.</param>
/// <param name="table">All values.</param>
internal sealed class StepCompiler(TargetSpec target, JourneySpec journey, ValueScope scope, ValueTable table)
{
    private static readonly string[] WithBody = ["POST", "PUT", "PATCH"];

    /// <summary>Compiles it; throws <see cref="Scenarios.ApeTestException"/> (exit 2) where it is malformed.</summary>
    public CompiledStep Compile(StepSpec step, int index, Func<string, Uri, string, RawRoute> route)
    {
        var request = step.Request!;
        var name = step.Operation();
        var place = new PathCompiler(target.Url, scope).Compile(request);
        var headers = new HeaderCompiler(target, scope).Compile(request);
        var template = new RequestTemplate
        {
            Target = place.Target,
            Written = Written(request.Path),
            IsReference = place.IsReference,
            Query = place.Query,
            Headers = headers.All,
            HeaderLines = headers.Lines,
            Cookies = headers.Cookies,
            Body = request.Body is { } body ? new BodyCompiler(scope).Compile(body) : ByteTemplate.Empty,
            HasBody = request.Body is not null || WithBody.Contains(request.Method, StringComparer.Ordinal),
            BaseUrl = target.Url,
        };
        return new CompiledStep(new StepRoutes(route, name, place.Server, request.Method), template, new AnswerReaderCompiler(name, scope, table).Compile(request))
        {
            Index = index,
            Name = name,
            Asks = ConditionWords.Of(request.Check),
            Timeout = request.Timeout ?? target.Timeout,
            Think = step.Think ?? journey.Think,
            Redirects = request.Redirects,
            Retries = request.Retries,
            Continue = request.Continue,
        };
    }

    private static string Written(string path)
    {
        var end = path.IndexOf('?', StringComparison.Ordinal);
        return string.Concat((end < 0 ? path : path[..end]).Select(static c => char.IsBetween(c, ' ', '~') ? c : '?'));
    }
}
