using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// The error of a request that a replayed cassette does not know: which recorded request is nearest, and where it differs. Status 422: it is neither retried nor asked
/// elsewhere.
/// </summary>
internal static class CassetteMiss
{
    public const string Code = "cassette_miss";

    private const int Candidates = 3;
    private const int Told = 3;
    private const int Counted = 100;

    public static OpenAiError Explain(Cassette cassette, string provider, ProviderRequest request, CanonicalRequest canonical)
    {
        var nearest = cassette.Nearest(provider, request.Kind, canonical.Json, Candidates)
            .Select(recorded => (recorded.Place, Differences: RequestDifference.Between(recorded.Request, canonical.Json, Counted)))
            .DefaultIfEmpty()
            .MinBy(recorded => recorded.Differences?.Count);
        return new OpenAiError(StatusCodes.Status422UnprocessableEntity, "invalid_request_error", Code,
            $"{cassette.Name} holds no answer to this request of {provider}/{request.Model}. {Tell(nearest.Place, nearest.Differences)} Record it with cassette.mode auto, or record the cassette anew.");
    }

    private static string Tell(LinePlace place, IReadOnlyList<RequestDifference>? differences)
    {
        if (differences is null)
        {
            return "No request of that kind is recorded.";
        }

        if (differences.Count == 0)
        {
            return $"Line {place.Number} holds the same request of another provider.";
        }

        var told = string.Join("; ", differences.Take(Told).Select(difference => $"{difference.Pointer}: recorded {difference.Recorded}, live {difference.Live}"));
        var rest = differences.Count - Told;
        return $"The nearest is line {place.Number}: {told}{(rest > 0 ? $"; and {(differences.Count == Counted ? "many" : rest)} more" : "")}.";
    }
}
