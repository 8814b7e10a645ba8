using System.Diagnostics;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Http;

/// <summary>One request to a target. The caller fills the first part, <see cref="Policy.TargetPolicy.Prepare"/> the second.</summary>
public struct TargetRequest
{
    /// <summary>HTTP method.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>Absolute URL on the target (never the gateway's).</summary>
    public required Uri Url { get; init; }

    /// <summary>Name of the target in the gateway file.</summary>
    public required string Target { get; init; }

    /// <summary>Tool (operationId) that makes the request; null for a request of the oracle or of a foreign client.</summary>
    public string? Operation { get; init; }

    /// <summary>Whether the operation is marked <c>x-ape-destructive</c>: denied on a target that is not loopback unless allowed. Default false.</summary>
    public bool Destructive { get; init; }

    /// <summary>
    /// Methods that the request's <see cref="Policy.MethodOverride"/> headers ask for, separated by commas, where those headers are not in
    /// <see cref="Headers"/>; null for none.
    /// </summary>
    public string? OverriddenMethod { get; init; }

    /// <summary>Path of <see cref="Url"/> with secrets as placeholders, for logs; null where it holds none.</summary>
    public string? ShownPath { get; init; }

    /// <summary>Request headers other than content type, trace context and policy headers; null for none.</summary>
    public List<KeyValuePair<string, string>>? Headers { get; init; }

    /// <summary>Request body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Content type of <see cref="Body"/>.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whose request it is; sent to a gateway as <c>baggage</c>, never to the target.</summary>
    public ActionIdentity Identity { get; init; }

    /// <summary>Most body bytes kept; the rest is read and counted but dropped. Default 1 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>Whether a body far over <see cref="MaxBodyBytes"/> is read to its end all the same. Default false: it is cut, which costs its connection.</summary>
    public bool ReadsWholeBody { get; init; }

    /// <summary>Time limit of this request with its whole answer, retries included. Null: the target's.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>In: the caller's trace context, or default. After Prepare: the context that travels in <c>traceparent</c>.</summary>
    public ActivityContext Trace { get; set; }

    /// <summary>Whether the request carries its own <c>Authorization</c>; configured target auth then applies only with <c>override</c>.</summary>
    public bool HasAuthorization { get; init; }

    /// <summary>Set by Prepare: headers to add to the request that goes to the target; null for none.</summary>
    public List<KeyValuePair<string, string>>? PolicyHeaders { get; set; }

    /// <summary>Set by Prepare: <c>name=value</c>, escaped, to append to the query that goes to the target (an API key); null for none. Never logged.</summary>
    public string? PolicyQuery { get; set; }

    /// <summary>Set by Prepare: the fault that hits the request; null for none.</summary>
    public FaultHit? Fault { get; set; }

    /// <summary>Set by Prepare: revision of the policy that let it through (<see cref="TargetPolicy.Revision"/>); 0 where it was refused.</summary>
    public int Revision { get; set; }

    /// <summary>Set by Prepare: the target; null where it is not known.</summary>
    public TargetEntry? Entry { get; set; }

    /// <summary>Creates a request with the default limits.</summary>
    public TargetRequest()
    {
    }
}

/// <summary>Whose action a request is (DESIGN 14.1, <c>baggage: ape.run, ape.session, ape.agent, ape.action</c>).</summary>
/// <param name="Run">Run id.</param>
/// <param name="Session">Session id <c>{slot}-{n}</c>.</param>
/// <param name="Agent">Slot number as text.</param>
/// <param name="Action">Action number in the session, from 1.</param>
public readonly record struct ActionIdentity(string? Run, string? Session, string? Agent, int Action);
