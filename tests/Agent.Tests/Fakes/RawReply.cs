using System.Text;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>An answer of <see cref="FakeRaw"/>. Status 0 with an error: none came.</summary>
internal sealed record RawReply(int Status = 200, string Body = "{}", string? Error = null)
{
    /// <summary>Dispatch to last byte. Default 10 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>What the request waited for a connection of the shared pool before that. Default nothing.</summary>
    public TimeSpan Queued { get; init; }

    /// <summary>Headers. Default none.</summary>
    public (string Name, string Value)[] Headers { get; init; } = [];

    /// <summary>Thrown in place of an answer; null: none.</summary>
    public Exception? Fault { get; init; }

    public static RawReply Of(string error) => new(0, "", error);

    public void WriteTo(RawExchange exchange)
    {
        (exchange.Status, exchange.ErrorType, exchange.ErrorMessage) = (Status, Error, Error is null ? null : $"no luck: {Error}");
        var body = Encoding.UTF8.GetBytes(Body);
        (exchange.Body, exchange.BodyLength) = (body, body.Length);
        exchange.Headers.SetBlock(Encoding.Latin1.GetBytes(string.Concat(Headers.Select(static header => header.Name + header.Value))));
        var at = 0;
        foreach (var (name, value) in Headers)
        {
            exchange.Headers.Add(at, name.Length, at + name.Length, value.Length);
            at += name.Length + value.Length;
        }
    }
}
