using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Finds where in earlier responses a value stands. Bodies are kept as they came (at most 64 KB a session, the newest win) and searched
/// when an argument asks: nearly all leaves are never asked for, so an index of them would be work for nothing.
/// </summary>
internal sealed class ResponseLeaves
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxDepth = 32;

    // A long value is its own proof of origin; a short one (1, "ok") only under a name like the argument's.
    private const int DistinctLength = 8;
    private readonly List<(int Action, ReadOnlyMemory<byte> Body)> _bodies = [];
    private int _bytes;

    public void Add(int action, ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return;
        }
        // A slice of a large buffer would keep all of it alive.
        if (body.Length > MaxBytes || !MemoryMarshal.TryGetArray(body, out var array) || array.Array!.Length > body.Length * 2)
        {
            body = body[..Math.Min(body.Length, MaxBytes)].ToArray();
        }
        _bodies.Add((action, body));
        _bytes += body.Length;
        while (_bytes > MaxBytes)
        {
            _bytes -= _bodies[0].Body.Length;
            _bodies.RemoveAt(0);
        }
    }

    /// <summary><c>action:2 $.items[0].id</c> of the newest response that holds <paramref name="value"/> under a fitting name; null for none.</summary>
    public string? Find(string argument, string value)
    {
        for (var i = _bodies.Count - 1; i >= 0; i--)
        {
            if (Find(_bodies[i].Body.Span, argument, value) is { } path)
            {
                return string.Create(CultureInfo.InvariantCulture, $"action:{_bodies[i].Action} {path}");
            }
        }
        return null;
    }

    private static string? Find(ReadOnlySpan<byte> body, string argument, string value)
    {
        Span<Frame> frames = stackalloc Frame[MaxDepth];
        var depth = 0;
        // Not final: a body that was cut is searched as far as it goes.
        var reader = new Utf8JsonReader(body, isFinalBlock: false, default);
        string? weak = null;
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        NextElement(frames, depth);
                        depth++;
                        if (depth < MaxDepth)
                        {
                            frames[depth] = new Frame { IsArray = reader.TokenType is JsonTokenType.StartArray, Index = -1 };
                        }
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        depth--;
                        break;
                    case JsonTokenType.PropertyName when depth < MaxDepth:
                        frames[depth].NameStart = (int)reader.TokenStartIndex + 1;
                        frames[depth].NameLength = reader.ValueSpan.Length;
                        break;
                    case JsonTokenType.String or JsonTokenType.Number when depth < MaxDepth:
                        NextElement(frames, depth);
                        if (Equal(ref reader, value))
                        {
                            if (Related(argument, LeafName(body, frames, depth)))
                            {
                                return Path(body, frames, depth);
                            }
                            weak ??= value.Length >= DistinctLength ? Path(body, frames, depth) : null;
                        }
                        break;
                    default:
                        NextElement(frames, depth);
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: half a surrogate pair in a text
        {
            // Not JSON (any more): nothing to find from here on.
        }
        return weak;
    }

    private static void NextElement(Span<Frame> frames, int depth)
    {
        if (depth is > 0 and < MaxDepth && frames[depth].IsArray)
        {
            frames[depth].Index++;
        }
    }

    private static bool Equal(ref Utf8JsonReader reader, string value) => reader.TokenType is JsonTokenType.String
        ? reader.ValueTextEquals(value)
        : value.Length == reader.ValueSpan.Length && Ascii.Equals(reader.ValueSpan, value);

    private static string LeafName(ReadOnlySpan<byte> body, ReadOnlySpan<Frame> frames, int depth)
    {
        for (; depth > 0; depth--)
        {
            if (!frames[depth].IsArray)
            {
                return Name(body, frames[depth]);
            }
        }
        return "";
    }

    private static bool Related(string argument, string leaf)
    {
        static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        var (wanted, found) = (Plain(argument), Plain(leaf));
        return wanted.Length > 0 && found.Length > 0
            && (wanted.EndsWith(found, StringComparison.OrdinalIgnoreCase) || found.EndsWith(wanted, StringComparison.OrdinalIgnoreCase));
    }

    private static string Path(ReadOnlySpan<byte> body, ReadOnlySpan<Frame> frames, int depth)
    {
        var path = new StringBuilder("$");
        for (var i = 1; i <= depth; i++)
        {
            if (frames[i].IsArray)
            {
                path.Append(CultureInfo.InvariantCulture, $"[{frames[i].Index}]");
            }
            else
            {
                path.Append('.').Append(Name(body, frames[i]));
            }
        }
        return path.ToString();
    }

    private static string Name(ReadOnlySpan<byte> body, in Frame frame) => Encoding.UTF8.GetString(body.Slice(frame.NameStart, frame.NameLength));

    private struct Frame
    {
        public bool IsArray;
        public int Index;
        public int NameStart;
        public int NameLength;
    }
}
