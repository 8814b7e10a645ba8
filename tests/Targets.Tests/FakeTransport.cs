using ApeTest.Targets.Http;

namespace ApeTest.Targets.Tests;

/// <summary>Answers with the given exchanges in order, the last one again and again; keeps the requests.</summary>
internal sealed class FakeTransport(params TargetExchange[] answers) : ITargetTransport
{
    public List<TargetRequest> Requests { get; } = [];

    public ValueTask<TargetExchange> SendAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return ValueTask.FromResult(answers.Length == 0
            ? throw new InvalidOperationException("nothing should have been sent")
            : answers[Math.Min(Requests.Count, answers.Length) - 1] with { Url = request.Url });
    }
}
