using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ApeTest.Runs.Logs;

/// <summary>
/// A <see cref="LogQuery"/> made ready for many lines of bytes: what is cheap and rules most lines out comes first (time and text on the
/// raw bytes), and only what is left is read as JSON. Not thread-safe; allocates nothing for a line that does not fit.
/// </summary>
internal sealed class LogFilter
{
    private const int TsBytes = 24;
    private static ReadOnlySpan<byte> Head => "{\"ts\":\""u8;

    private readonly LogQuery _query;
    private readonly AsciiNeedle? _ascii;
    private readonly byte[]? _since;
    private readonly byte[]? _service;
    private readonly byte[]? _agent;
    private readonly byte[]? _session;
    private readonly byte[]? _event;
    private readonly int _level;
    private byte[] _unescaped = [];
    private char[] _characters = [];

    public LogFilter(LogQuery query)
    {
        _query = query;
        _ascii = query.Grep is { Length: > 0 } grep && Ascii.IsValid(grep) ? new AsciiNeedle(grep) : null;
        _since = query.Since is { } since ? Encoding.ASCII.GetBytes($"{since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}") : null;
        _service = Bytes(query.Service);
        _agent = Bytes(query.Agent);
        _session = Bytes(query.Session);
        _event = Bytes(query.Event);
        _level = query.Level is { } level ? LogQuery.Levels.IndexOf(level) : -1;
    }

    /// <summary>Whether the line is wanted, and where it stands among others.</summary>
    public LogMatch Match(ReadOnlySpan<byte> line, out LogPlace place)
    {
        place = default;
        if (line.Length == 0)
        {
            return LogMatch.No;
        }
        if (line[0] is not (byte)'{' || line[^1] is not (byte)'}')
        {
            return LogMatch.NoLogLine;
        }
        return IsTooEarly(line) || !HoldsText(line) ? LogMatch.No : MatchFields(line, out place);
    }

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    /// <summary>Times as the services write them sort as text; any other form is looked at later.</summary>
    private bool IsTooEarly(ReadOnlySpan<byte> line) =>
        _since is not null && line.Length > Head.Length + TsBytes && line.StartsWith(Head)
        && line[Head.Length + TsBytes - 1] is (byte)'Z' && line[Head.Length + TsBytes] is (byte)'"'
        && line.Slice(Head.Length, TsBytes).SequenceCompareTo(_since) < 0;

    private bool HoldsText(ReadOnlySpan<byte> line)
    {
        if (_query is { Grep: null, Pattern: null })
        {
            return true;
        }
        var unescaped = line.Contains((byte)'\\') ? Unescape(line) : [];
        return HoldsGrep(line, unescaped) && (_query.Pattern is null || FitsPattern(line) || (unescaped.Length > 0 && FitsPattern(unescaped)));
    }

    private bool HoldsGrep(ReadOnlySpan<byte> line, ReadOnlySpan<byte> unescaped) => _query.Grep switch
    {
        null or "" => true,
        _ when _ascii is not null => _ascii.IsIn(line) || (unescaped.Length > 0 && _ascii.IsIn(unescaped)),
        // In an ASCII line only an escape can hold a character beyond ASCII.
        var grep => (unescaped.Length > 0 || !Ascii.IsValid(line))
            && (Characters(line).Contains(grep, StringComparison.OrdinalIgnoreCase)
                || (unescaped.Length > 0 && Characters(unescaped).Contains(grep, StringComparison.OrdinalIgnoreCase))),
    };

    private bool FitsPattern(ReadOnlySpan<byte> text) => _query.Pattern!.IsMatch(Characters(text));

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> line)
    {
        if (_unescaped.Length < line.Length)
        {
            _unescaped = new byte[line.Length * 2];
        }
        return _unescaped.AsSpan(0, JsonText.Unescape(line, _unescaped));
    }

    private ReadOnlySpan<char> Characters(ReadOnlySpan<byte> text)
    {
        if (_characters.Length < text.Length)
        {
            _characters = new char[text.Length * 2];
        }
        return _characters.AsSpan(0, Encoding.UTF8.GetChars(text, _characters));
    }

    private LogMatch MatchFields(ReadOnlySpan<byte> line, out LogPlace place)
    {
        place = default;
        DateTimeOffset? ts = null, at = null;
        var (service, agent, session, name, level) = (_service is null, _agent is null, _session is null, _event is null, _level < 0);
        var rank = LogRank.Other;
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var key = reader.ValueSpan;
                reader.Read();
                switch (key)
                {
                    case [(byte)'t', (byte)'s']:
                        ts = Time(ref reader);
                        break;
                    case [(byte)'a', (byte)'t']:
                        at = Time(ref reader);
                        break;
                    case var _ when key.SequenceEqual("level"u8):
                        level = _level < 0 || LevelOf(ref reader) >= _level;
                        break;
                    case var _ when key.SequenceEqual("service"u8):
                        service = Is(ref reader, _service);
                        rank = LogRank.OfService(ref reader, rank);
                        break;
                    case var _ when key.SequenceEqual("event"u8):
                        name = Is(ref reader, _event);
                        rank = LogRank.OfEvent(ref reader, rank);
                        break;
                    case var _ when key.SequenceEqual("agent"u8):
                        agent = Is(ref reader, _agent);
                        break;
                    case var _ when key.SequenceEqual("session"u8):
                        session = Is(ref reader, _session);
                        break;
                    default:
                        break;
                }
                reader.Skip();
            }
            if (reader.Read())
            {
                return LogMatch.NoLogLine;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return LogMatch.NoLogLine;
        }
        if (ts is not { } written)
        {
            return LogMatch.NoLogLine;
        }
        // A line of a session that was kept until its end is written late and says when it happened.
        place = new LogPlace(written, at is { } happened && happened < written ? happened : written, rank);
        return service && agent && session && name && level
            && !(place.Happened < _query.Since) && !(place.Happened > _query.Until) ? LogMatch.Yes : LogMatch.No;
    }

    private static DateTimeOffset? Time(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) ? time : null;

    private static bool Is(ref Utf8JsonReader reader, byte[]? wanted) => wanted is null || reader.TokenType switch
    {
        JsonTokenType.String => reader.ValueTextEquals(wanted),
        JsonTokenType.Number => reader.ValueSpan.SequenceEqual(wanted),
        _ => false,
    };

    private static int LevelOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; reader.TokenType is JsonTokenType.String && i < LogQuery.Levels.Length; i++)
        {
            if (reader.ValueTextEquals(LogQuery.Levels[i]))
            {
                return i;
            }
        }
        return -1;
    }
}

/// <summary>What a line is to a query.</summary>
internal enum LogMatch
{
    /// <summary>Not wanted.</summary>
    No,

    /// <summary>Wanted.</summary>
    Yes,

    /// <summary>Not a JSON object with a time: garbage.</summary>
    NoLogLine,
}

/// <summary>Where a line stands in a log.</summary>
/// <param name="Written">When it was written, <c>ts</c>: lines of a file are in this order.</param>
/// <param name="Happened">When that happened what it tells, <c>at</c>; mostly the same.</param>
/// <param name="Rank">Place among lines of the same millisecond, see <see cref="LogRank"/>.</param>
internal readonly record struct LogPlace(DateTimeOffset Written, DateTimeOffset Happened, byte Rank);
