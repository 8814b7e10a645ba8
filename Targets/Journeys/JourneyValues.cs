using System.Text;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Journeys.Rendering;
using ApeTest.Targets.Raw;
using ApeTest.Targets.Sessions.Cookies;

namespace ApeTest.Targets.Journeys;

/// <summary>
/// What one agent knows while it does journeys: extracted values, its rows of the feeds, generated values, cookies. One object for all its sessions;
/// in the steady state a session allocates nothing here. Not thread-safe.
/// </summary>
public sealed class JourneyValues
{
    // A shorter one would hide words of any answer.
    private const int ShortestCookie = 8;

    private const int MostShown = 120;
    private const int MostNested = 16;

    [ThreadStatic]
    private static byte[]? _scratch;

    private readonly JourneyPlan _plan;
    private readonly SharedValues? _shared;
    private readonly ValueArena _arena;
    private readonly int[] _rows;
    private int[] _turns = [];
    private AgentStart?[] _starts = [];
    private CompiledJourney? _journey;
    private SessionDraw? _draw;
    private SessionStream _chance;
    private ByteBuffer? _generated;
    private int _generating;
    private Func<string, string?>? _known;
    private (long Seed, int Slot, int Session) _session;

    internal JourneyValues(JourneyPlan plan, SharedValues? shared)
    {
        (_plan, _shared) = (plan, shared);
        _arena = new ValueArena(plan.Table.Count);
        _rows = new int[plan.Table.Feeds.Length];
        Cookies = new CookieJar(plan.Time);
    }

    /// <summary>The session's cookies.</summary>
    public CookieJar Cookies { get; }

    /// <summary>The request that was rendered last: its answer is read against it.</summary>
    internal RawRequest? Sent { get; set; }

    /// <summary>The values by name, for slow paths.</summary>
    internal Func<string, string?> Known => _known ??= name => TryGet(name, out var value) ? value : null;

    internal TimeProvider Time => _plan.Time;

    /// <summary>
    /// Begins a session: forgets what is a session's, keeps what the agent's setup for this journey left (<see cref="Mark"/>). Throws
    /// <see cref="Scenarios.ApeTestException"/> (exit 2) where a feed that is not recycled has no row left.
    /// </summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="slot">Slot from 0; <see cref="SessionRandom.Arrival"/> where <paramref name="session"/> is an arrival.</param>
    /// <param name="session">Session of the slot from 0.</param>
    /// <param name="journey">The journey of the session.</param>
    public void Begin(long seed, int slot, int session, CompiledJourney journey)
    {
        (_session, _journey, _draw) = ((seed, slot, session), journey, null);
        _chance = new SessionStream(seed, slot, session, SessionStream.ChancePurpose);
        var start = journey.Index < _starts.Length ? _starts[journey.Index] : null;
        _arena.Restore(start?.Values);
        Cookies.Restore(start?.Cookies);
        Array.Fill(_rows, -1);
        foreach (var feed in _plan.UsedFeeds)
        {
            Row(feed);
        }
        if (_turns.Length < journey.Loops.Length)
        {
            _turns = new int[journey.Loops.Length];
        }
    }

    /// <summary>The agent's setup for the journey has ended: what is known and which cookies there are now, every session of the journey begins with.</summary>
    public void Mark()
    {
        var journey = _journey ?? throw new InvalidOperationException("Begin comes first.");
        if (_starts.Length <= journey.Index)
        {
            Array.Resize(ref _starts, journey.Index + 1);
        }
        _starts[journey.Index] = new AgentStart(_arena, Cookies, _plan);
    }

    /// <summary>Whether a condition holds. Draws from the session's stream where it has a chance.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="status">Status of the session's last answer; 0 for no answer.</param>
    public bool Holds(StepTest condition, int status) => condition.Holds(this, status, ref _chance);

    /// <summary>Begins loop <paramref name="loop"/> of the journey.</summary>
    public void StartLoop(int loop) => _turns[loop] = 0;

    /// <summary>Whether another turn of a loop of the journey follows, which is then counted.</summary>
    /// <param name="loop">Index of the loop.</param>
    /// <param name="status">Status of the session's last answer; 0 for no answer.</param>
    public LoopTurn NextTurn(int loop, int status)
    {
        var spec = _journey!.Loops[loop];
        if (spec.While is null)
        {
            return _turns[loop]++ < spec.Times ? LoopTurn.Turn : LoopTurn.Over;
        }
        return !Holds(spec.While, status) ? LoopTurn.Over : _turns[loop]++ < spec.Max ? LoopTurn.Turn : LoopTurn.Limit;
    }

    /// <summary>A value by its name, as text. For slow paths: it allocates.</summary>
    public bool TryGet(string name, out string value)
    {
        value = "";
        if (_plan.Table.Find(name) is not { } slot || !TryGet(slot, out var bytes))
        {
            return false;
        }
        value = Encoding.UTF8.GetString(bytes);
        return true;
    }

    /// <summary>What the session has extracted, secrets as <c>[redacted]</c>, for its record.</summary>
    /// <param name="clean">Hides secrets that stand within a value; it is given the whole of it, since one that is cut is not known again.</param>
    public IReadOnlyList<ExtractedValue> Extracted(Func<string, string> clean)
    {
        var extracted = new List<ExtractedValue>();
        foreach (var slot in _plan.Table.Slots)
        {
            if (slot.Kind is ValueSlotKind.Extracted && _arena.TryGet(slot.Index, out var bytes))
            {
                extracted.Add(new ExtractedValue(slot.Name, slot.IsSecret ? RedactedText.Mark : Short(clean(Encoding.UTF8.GetString(bytes))), slot.Source));
            }
        }
        return extracted;
    }

    /// <summary>The same with secrets as they are, to be handed to other agents (<see cref="JourneyPlan.Share"/>), never to a file or log.</summary>
    public IReadOnlyDictionary<string, string> ExtractedInClear()
    {
        var extracted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var slot in _plan.Table.Slots)
        {
            if (slot.Kind is ValueSlotKind.Extracted && _arena.TryGet(slot.Index, out var bytes))
            {
                extracted.Add(slot.Name, Encoding.UTF8.GetString(bytes));
            }
        }
        return extracted;
    }

    /// <summary>A value; false for none. Valid until the next is asked for.</summary>
    internal bool TryGet(ValueSlot slot, out ReadOnlySpan<byte> value)
    {
        switch (slot.Kind)
        {
            case ValueSlotKind.Cell:
                value = Encode(_plan.Table.Feeds[slot.Feed].Feed.Rows[Row(slot.Feed)][slot.Column]);
                return true;
            case ValueSlotKind.Constant:
                value = slot.Constant;
                return true;
            case ValueSlotKind.Generated:
                return _arena.TryGet(slot.Index, out value) || (TryGenerate(slot) && _arena.TryGet(slot.Index, out value));
            default:
                return _arena.TryGet(slot.Index, out value) || (_shared is not null && _shared.TryGet(slot.Index, out value));
        }
    }

    /// <summary>Keeps an extracted value; false where it is too long, or all together are.</summary>
    internal bool TrySet(ValueSlot slot, ReadOnlySpan<byte> value) => _arena.TrySet(slot.Index, value);

    /// <summary>The next value of a generator in a step's own text. Valid until the next value is asked for.</summary>
    internal ReadOnlySpan<byte> Draw(Generator generator)
    {
        _draw ??= new SessionDraw(_session.Seed, _session.Slot, _session.Session, _plan.Slots, _plan.Time);
        return Encode(_draw.Next(generator));
    }

    /// <summary>Room for at least <paramref name="length"/> bytes, valid until it is next asked for on this thread.</summary>
    internal static Span<byte> Scratch(int length)
    {
        if (_scratch is null || _scratch.Length < length)
        {
            _scratch = new byte[Math.Max(length, 1024)];
        }
        return _scratch;
    }

    /// <summary>The secrets that the session knows, in clear: for whoever has to keep them out of what is written.</summary>
    public IReadOnlyDictionary<string, string> SecretsInClear()
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var slot in _plan.Table.Slots)
        {
            if (slot.IsSecret && TryGet(slot, out var bytes) && !bytes.IsEmpty)
            {
                secrets[slot.Name] = Encoding.UTF8.GetString(bytes);
            }
        }
        foreach (var (name, value) in Cookies.Pairs)
        {
            if (value.Length >= ShortestCookie)
            {
                secrets[$"session.cookie.{name}"] = value;
            }
        }
        return secrets;
    }

    /// <summary>A text without the secrets that the session knows, shortened.</summary>
    internal string Show(string text)
    {
        foreach (var slot in _plan.Table.Slots)
        {
            if (slot.IsSecret && TryGet(slot, out var bytes) && !bytes.IsEmpty && Encoding.UTF8.GetString(bytes) is var secret && text.Contains(secret, StringComparison.Ordinal))
            {
                text = text.Replace(secret, RedactedText.Mark, StringComparison.Ordinal);
            }
        }
        return Short(text);
    }

    private static string Short(string text) => text.Length <= MostShown ? text
        : string.Concat(text.AsSpan(0, MostShown - (char.IsHighSurrogate(text[MostShown - 4]) ? 4 : 3)), "...");

    private static ReadOnlySpan<byte> Encode(string text)
    {
        var bytes = Scratch(Encoding.UTF8.GetMaxByteCount(text.Length));
        return bytes[..Encoding.UTF8.GetBytes(text, bytes)];
    }

    /// <summary>The session's row of a feed. Of one that no step names it is asked for by records alone, late.</summary>
    private int Row(int feed) => _rows[feed] >= 0 ? _rows[feed]
        : _rows[feed] = _plan.Table.Feeds[feed].Row(_session.Seed, _session.Slot, _session.Session, _plan.Slots);

    private bool TryGenerate(ValueSlot slot)
    {
        if (_generating == MostNested)
        {
            return false;
        }
        // One column may name another, which then needs a buffer of its own.
        var buffer = _generated ?? new ByteBuffer();
        (_generated, _generating) = (null, _generating + 1);
        var isMade = slot.Generated.TryRender(this, buffer, out _) && _arena.TrySet(slot.Index, buffer.Span);
        buffer.Clear();
        (_generated, _generating) = (buffer, _generating - 1);
        return isMade;
    }
}
