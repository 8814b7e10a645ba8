using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// Which row of a feed a session takes, without asking anyone. Sequential: (slot + session x slots) mod rows, so that slots do not meet
/// before the rows are used up. Random: hash(seed, slot, session) mod rows. Unique: the slot's own. In the open model arrival i takes row
/// i, sequential and unique alike.
/// </summary>
public sealed class FeedCursor
{
    private readonly string _name;
    private readonly long _place;

    /// <param name="name">Name of the feed; its random rows are drawn by it.</param>
    /// <param name="feed">The feed.</param>
    public FeedCursor(string name, FeedSpec feed)
    {
        (_name, Feed) = (name, feed);
        _place = BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes("feed:" + name)));
    }

    /// <summary>The feed.</summary>
    public FeedSpec Feed { get; }

    /// <summary>
    /// Most sessions that the rows are enough for; null where they are not used up. A unique feed is used up by slots, or by arrivals of
    /// the open model.
    /// </summary>
    public static int? MostSessions(FeedSpec feed, bool open) => feed switch
    {
        { Generated: true } or { OnEnd: FeedEnd.Recycle } or { Order: FeedOrder.Random } => null,
        { Order: FeedOrder.Unique } when !open => null,
        _ => feed.Rows.Length,
    };

    /// <summary>Most slots of the closed model that the rows of unique feeds are enough for; null where they set no limit.</summary>
    public static int? MostSlots(Scenario scenario) => scenario.Data.Values
        .Where(static feed => feed is { Generated: false, Order: FeedOrder.Unique, OnEnd: FeedEnd.Stop }).Min(static feed => (int?)feed.Rows.Length);

    /// <summary>Number of the row, from 0.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="slot">Slot from 0; <see cref="SessionRandom.Arrival"/> where <paramref name="session"/> is an arrival.</param>
    /// <param name="session">Session of the slot from 0.</param>
    /// <param name="slots">Slots of the run's plan.</param>
    public int Row(long seed, int slot, int session, int slots)
    {
        var rows = Feed.Rows.Length;
        var open = slot == SessionRandom.Arrival;
        long row;
        switch (Feed.Order)
        {
            case FeedOrder.Random:
                Span<byte> bytes = stackalloc byte[32];
                SessionRandom.Fill(seed, slot, session, _place, 0, bytes);
                return (int)Math.BigMul(BinaryPrimitives.ReadUInt64LittleEndian(bytes), (ulong)rows, out _);
            case FeedOrder.Unique:
                row = open ? session : slot;
                break;
            default:
                row = open ? session : slot + ((long)session * slots);
                break;
        }
        if (row >= rows && Feed.OnEnd is FeedEnd.Stop)
        {
            // Plans are made so that this does not come to pass; a run that was scaled beyond its plan may.
            throw new ApeTestException($"The feed `{_name}` has {rows} rows and none left for this session.",
                $"Add rows, or share them with `{_name}: {{ ..., onEnd: recycle }}`.", ExitCodes.Input);
        }
        return (int)(row % rows);
    }

    /// <summary>The cells of a session's row, one per column.</summary>
    public ImmutableArray<string> Cells(long seed, int slot, int session, int slots) => Feed.Rows[Row(seed, slot, session, slots)];
}
