using System.Buffers.Text;
using System.Text;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Raw;

/// <summary>The head of a route's requests: its constant bytes, and how the rest is written between them. Thread-safe.</summary>
internal sealed class RequestHead
{
    // traceparent, X-Trace-Id, Content-Length and the empty line.
    private const int MostVariable = 200;

    private readonly byte[] _start;
    private readonly byte[] _middle;
    private readonly Added[] _added;
    private readonly int _addedLength;

    /// <param name="route">The route.</param>
    /// <param name="own">The target whose headers are added; null on a further host.</param>
    public RequestHead(RawRoute route, TargetEntry? own)
    {
        var host = route.Server.HostNameType == UriHostNameType.IPv6 ? route.Server.Host : route.Server.IdnHost;
        _start = Encoding.ASCII.GetBytes($"{route.Method.Method} ");
        _middle = Encoding.ASCII.GetBytes($" HTTP/1.1\r\nHost: {host}{(route.Server.IsDefaultPort ? "" : $":{route.Server.Port}")}\r\n");
        // As the general transport asks, so that a target answers both alike.
        List<KeyValuePair<string, string>> added = [new("Accept-Encoding", "gzip, deflate, br"), .. own?.Headers ?? []];
        _added = [.. added
            .Where(header => header.Key != "Accept-Encoding" || header.Value != "gzip, deflate, br"
                || !added.Skip(1).Any(static other => other.Key.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase)))
            .Select(header => new Added(Encoding.Latin1.GetBytes(header.Key), Encoding.Latin1.GetBytes($"{header.Key}: {header.Value}\r\n"), own?.Overrides(header.Key) == true))];
        _addedLength = _added.Sum(static header => header.Line.Length);
    }

    /// <summary>Most bytes that the request takes.</summary>
    public int MostBytes(RawRequest request) => _start.Length + request.Target.Length + _middle.Length + _addedLength + request.Headers.Length
        + MostVariable + request.Body.Length;

    /// <summary>Writes the request with its body; its length.</summary>
    public int Write(RawRequest request, Span<byte> to)
    {
        var at = 0;
        Put(_start, to, ref at);
        Put(request.Target.Span, to, ref at);
        Put(_middle, to, ref at);
        Span<bool> replaced = stackalloc bool[_added.Length];
        var lines = new HeaderLines(request.Headers.Span);
        while (lines.MoveNext())
        {
            if (!IsOurs(lines.Name) && !IsOverridden(lines.Name, replaced))
            {
                Put(lines.Line, to, ref at);
            }
        }
        for (var i = 0; i < _added.Length; i++)
        {
            if (!replaced[i])
            {
                Put(_added[i].Line, to, ref at);
            }
        }
        WriteTrace(request.Trace, to, ref at);
        if (request.HasBody || request.Body.Length > 0)
        {
            Put("Content-Length: "u8, to, ref at);
            _ = Utf8Formatter.TryFormat(request.Body.Length, to[at..], out var written);
            at += written;
            Put("\r\n"u8, to, ref at);
        }
        Put("\r\n"u8, to, ref at);
        Put(request.Body.Span, to, ref at);
        return at;
    }

    /// <summary>Whether the line is left out for one of the target's; otherwise it takes the place of the target's own.</summary>
    private bool IsOverridden(ReadOnlySpan<byte> name, Span<bool> replaced)
    {
        for (var i = 0; i < _added.Length; i++)
        {
            if (_added[i].Name.Length == name.Length && Ascii.EqualsIgnoreCase(_added[i].Name, name))
            {
                if (_added[i].Overrides)
                {
                    return true;
                }
                replaced[i] = true;
            }
        }
        return false;
    }

    private static void WriteTrace(in RawTrace trace, Span<byte> to, ref int at)
    {
        if (trace is { TraceHigh: 0, TraceLow: 0 })
        {
            return;
        }
        Put("traceparent: 00-"u8, to, ref at);
        var id = to.Slice(at, 32);
        WriteHex(trace.TraceHigh, to, ref at);
        WriteHex(trace.TraceLow, to, ref at);
        to[at++] = (byte)'-';
        WriteHex(trace.Span, to, ref at);
        Put(trace.Sampled ? "-01\r\nX-Trace-Id: "u8 : "-00\r\nX-Trace-Id: "u8, to, ref at);
        Put(id, to, ref at);
        Put("\r\n"u8, to, ref at);
    }

    private static void WriteHex(ulong value, Span<byte> to, ref int at)
    {
        Span<byte> bytes = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        _ = Convert.TryToHexStringLower(bytes, to[at..], out _);
        at += 16;
    }

    /// <summary>What the transport writes itself, and what no target is to see.</summary>
    private static bool IsOurs(ReadOnlySpan<byte> name) => name.Length switch
    {
        7 => Ascii.EqualsIgnoreCase(name, "baggage"u8),
        10 => Ascii.EqualsIgnoreCase(name, "X-Trace-Id"u8),
        11 when (name[0] | 0x20) == 't' => Ascii.EqualsIgnoreCase(name, "traceparent"u8),
        _ => name.Length > ApeHeaders.Prefix.Length && Ascii.EqualsIgnoreCase(name[..ApeHeaders.Prefix.Length], ApeHeaders.Prefix),
    };

    private static void Put(ReadOnlySpan<byte> bytes, Span<byte> to, ref int at)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    private sealed record Added(byte[] Name, byte[] Line, bool Overrides);
}
