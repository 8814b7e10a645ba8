using System.Globalization;
using ApeTest.Targets.Http;
using Polly;

namespace ApeTest.Targets.Resilience;

/// <summary>Which outcomes of an attempt count as failures: <c>on</c> of <see cref="RetryOptions"/> and <see cref="CircuitBreakerOptions"/>, compiled.</summary>
internal sealed class FailureRule
{
    private readonly HashSet<int> _statuses = [];
    private readonly HashSet<string> _errors = new(StringComparer.Ordinal);

    /// <summary>Compiles statuses and error types.</summary>
    public FailureRule(IEnumerable<string> on)
    {
        foreach (var text in on)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                _statuses.Add(status);
            }
            else
            {
                _errors.Add(text);
            }
        }
    }

    /// <summary>Whether the attempt says nothing of the target: its caller gave up, or the policy refused it.</summary>
    public static bool IsSilent(in Outcome<HttpResponseMessage> outcome, CancellationToken caller) => outcome.Exception is { } exception
        && (caller.IsCancellationRequested || TargetFailure.Classify(exception) is null or { ErrorType: TargetErrors.Denied });

    /// <summary>The bounded name of the failure: an error type, or <c>4xx</c> or <c>5xx</c>. Null where it is none.</summary>
    public string? Of(in Outcome<HttpResponseMessage> outcome)
    {
        if (outcome.Exception is { } exception)
        {
            return TargetFailure.Classify(exception) is { } failure && _errors.Contains(failure.ErrorType) ? failure.ErrorType : null;
        }
        var status = (int)outcome.Result!.StatusCode;
        return !_statuses.Contains(status) ? null : status < 500 ? "4xx" : "5xx";
    }

    /// <summary>Whether such a failure means that the target got nothing of the request.</summary>
    public static bool IsUnsent(string failure) => failure is TargetErrors.Connect or TargetErrors.Dns or TargetErrors.Tls;
}
