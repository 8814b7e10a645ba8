using System.Text;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Raw;

/// <summary>What is the same in all requests of a step: method, server, operation, and what the policy says of it. Made once a run. Thread-safe.</summary>
public sealed class RawRoute
{
    private const int UsualPath = 512;

    private readonly bool _isRuled;

    /// <summary>Compiles the constant part of a step.</summary>
    /// <param name="policy">The policy that every request passes.</param>
    /// <param name="target">Name of the target.</param>
    /// <param name="operation">The step's name.</param>
    /// <param name="server">Scheme, host and port; the rest is not looked at.</param>
    /// <param name="method">HTTP method, in capitals.</param>
    public RawRoute(TargetPolicy policy, string target, string operation, Uri server, string method)
    {
        (Policy, Target, Operation, Server, Method) = (policy, target, operation, server, new HttpMethod(method));
        Reach = policy.JudgeServer(target, server, out var entry, out var own);
        Forwarding = TargetPolicy.JudgeMethod(method);
        Entry = entry;
        (IsHead, IsPlain) = (Method == HttpMethod.Head, server.Scheme == Uri.UriSchemeHttp);
        if (entry is not null)
        {
            _isRuled = entry.HasPathRules(method) || new RuledCall(entry, "/", operation, Destructive: false).Refusal(method, "/") is not null;
            Head = new RequestHead(this, own ? entry : null);
        }
    }

    /// <summary>The policy.</summary>
    public TargetPolicy Policy { get; }

    /// <summary>Name of the target.</summary>
    public string Target { get; }

    /// <summary>The step's name.</summary>
    public string Operation { get; }

    /// <summary>Where it goes.</summary>
    public Uri Server { get; }

    /// <summary>HTTP method.</summary>
    public HttpMethod Method { get; }

    internal bool IsHead { get; }

    /// <summary>Whether it is http, spoken in the clear.</summary>
    internal bool IsPlain { get; }

    /// <summary>The target; null where it is not known.</summary>
    internal TargetEntry? Entry { get; }

    /// <summary>Whether the server may be reached.</summary>
    internal Verdict Reach { get; }

    /// <summary>Whether the method may be forwarded.</summary>
    internal Verdict Forwarding { get; }

    /// <summary>The constant bytes of its requests; null where the target is not known.</summary>
    internal RequestHead? Head { get; }

    /// <summary>What a transport knows of <see cref="Server"/>; the transport's own.</summary>
    internal object? Bound { get; set; }

    /// <summary>Judges what is a request's own: its path, and the methods that its headers ask for.</summary>
    internal Verdict Judge(RawRequest request)
    {
        var target = request.Target.Span;
        var query = target.IndexOfAny((byte)'?', (byte)'#');
        var path = query < 0 ? target : target[..query];
        if (!_isRuled && path.Length <= UsualPath && !AsksForMethod(request.Headers.Span))
        {
            Span<char> text = stackalloc char[UsualPath];
            text = text[..Encoding.Latin1.GetChars(path, text)];
            if (text is ['/', ..] && RequestPath.IsPlain(text))
            {
                return Verdict.Allow;
            }
        }
        return JudgeWhole(Encoding.Latin1.GetString(path), request);
    }

    private Verdict JudgeWhole(string shown, RawRequest request)
    {
        if (shown is not ['/', ..])
        {
            return Verdict.Deny(400, Http.TargetErrors.Denied, "the path does not begin with a slash");
        }
        if (!RequestPath.TryRead(shown, out var path))
        {
            return TargetPolicy.HiddenSegment;
        }
        var call = new RuledCall(Entry!, shown, Operation, Destructive: false);
        var refusal = call.Refusal(Method.Method, path);
        var lines = new HeaderLines(request.Headers.Span);
        while (refusal is null && lines.MoveNext())
        {
            if (MethodOverride.IsHeader(lines.Name))
            {
                refusal = call.AnyRefusal(Encoding.Latin1.GetString(lines.Value), path);
            }
        }
        return refusal is null ? Verdict.Allow : TargetPolicy.Deny(refusal);
    }

    private static bool AsksForMethod(ReadOnlySpan<byte> headers)
    {
        var lines = new HeaderLines(headers);
        while (lines.MoveNext())
        {
            if (MethodOverride.IsHeader(lines.Name))
            {
                return true;
            }
        }
        return false;
    }
}
