using System.Collections.Immutable;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Load;

/// <summary>
/// A load shape as a piecewise linear function of the time since the run's start, with jumps: agents, or sessions a second. Behind its last
/// piece it stays as it ends. Immutable.
/// </summary>
public sealed class LoadProfile
{
    /// <summary>Differences of fewer arrivals are rounding.</summary>
    private const double Grain = 1e-6;

    private readonly ImmutableArray<Piece> _pieces;
    private readonly double _start;
    private readonly double _last;
    private readonly double _arrivals;

    private LoadProfile(ImmutableArray<Piece> pieces, double last, bool hasLength)
    {
        (_pieces, _last) = (pieces, last);
        if (pieces is [.., var end])
        {
            (_start, _arrivals) = (end.End, end.Before + end.Arrivals);
        }
        Length = hasLength ? At(_start) : null;
        Highest = pieces.Aggregate(last, static (highest, piece) => Math.Max(highest, Math.Max(piece.From, piece.To)));
    }

    /// <summary>The shape's own length; null where it has none: a constant one.</summary>
    public TimeSpan? Length { get; }

    /// <summary>Highest value.</summary>
    public double Highest { get; }

    /// <summary>Whether it has one value at all times.</summary>
    public bool IsConstant => _pieces.IsEmpty;

    /// <summary>The profile of a shape.</summary>
    /// <param name="load">The load.</param>
    /// <param name="agents">The scenario's agents: the level where the load gives none.</param>
    /// <param name="duration">The run's duration: the length of a ramp that gives none.</param>
    public static LoadProfile Of(LoadSpec load, int agents, TimeSpan? duration)
    {
        var pieces = new Builder();
        switch (load.Shape)
        {
            case LoadShapeKind.Ramp:
                pieces.Start(load.From?.Amount ?? (load.Rate is null ? 1 : 0));
                pieces.To(load.To?.Amount ?? agents, load.Over ?? duration ?? TimeSpan.Zero);
                break;
            case LoadShapeKind.Steps:
                Steps(pieces, load, load.Every ?? default);
                break;
            case LoadShapeKind.Breakpoint:
                // As if the last level broke: then the bisection takes its time too. Which level is on, the search says.
                Steps(pieces, load, BreakpointTerms.LevelTime(load));
                pieces.Hold(BreakpointTerms.LevelTime(load) * (BreakpointSearch.MostBisections(load) + BreakpointTerms.MostRepeats));
                break;
            case LoadShapeKind.Stress:
                Steps(pieces, load, load.Every ?? default);
                pieces.Hold(load.Hold ?? load.Every ?? default);
                pieces.To(0, load.Over ?? load.Every ?? default);
                break;
            case LoadShapeKind.Spike:
                pieces.Start(load.Base?.Amount ?? 0);
                pieces.Hold(load.At ?? default);
                pieces.To(load.Peak?.Amount ?? 0, load.Over ?? default);
                pieces.Hold(load.Hold ?? default);
                pieces.To(load.Base?.Amount ?? 0, load.Over ?? default);
                pieces.Hold(load.At ?? default);
                break;
            case LoadShapeKind.Soak:
                pieces.Start(0);
                pieces.To(load.To?.Amount ?? agents, load.Over ?? default);
                pieces.Hold(load.Hold ?? default);
                pieces.To(0, load.Over ?? default);
                break;
            case LoadShapeKind.Custom:
                pieces.Start(load.From?.Amount ?? 0);
                foreach (var (to, over) in load.Stages)
                {
                    pieces.To(to.Amount, over);
                }
                break;
            default:
                return Constant(load.Rate?.PerSecond ?? agents);
        }
        return pieces.Build();
    }

    /// <summary>
    /// What the load does without orders: the profile, but of a breakpoint, whose further levels the search orders while the run goes on, the first level.
    /// </summary>
    public static LoadProfile Planned(LoadSpec load, int agents, TimeSpan? duration) =>
        load.Shape is LoadShapeKind.Breakpoint ? Constant(BreakpointSearch.Of(load).Level!.Value) : Of(load, agents, duration);

    /// <summary>Rates that were ordered one after another; before the first the mean that leads to its count.</summary>
    public static LoadProfile Ordered(ImmutableArray<RateStep> steps)
    {
        var pieces = new Builder();
        var (before, since) = (0.0, TimeSpan.Zero);
        foreach (var step in steps)
        {
            if (step.Since > since)
            {
                pieces.Start((step.Before - before) / (step.Since - since).TotalSeconds);
                pieces.Hold(step.Since - since);
            }
            pieces.Start(step.PerSecond);
            (before, since) = (step.Before, step.Since);
        }
        return pieces.Build();
    }

    /// <summary>One value at all times.</summary>
    public static LoadProfile Constant(double value) => new([], value, hasLength: false);

    /// <summary>Value at a time; at a jump the one behind it.</summary>
    public double ValueAt(TimeSpan elapsed)
    {
        var seconds = Math.Max(0, elapsed.TotalSeconds);
        return First(seconds, static piece => piece.End) is { } piece
            ? piece.From + ((piece.To - piece.From) * (seconds - piece.Start) / (piece.End - piece.Start))
            : _last;
    }

    /// <summary>The integral from 0: how many sessions have started by then, of a profile of rates.</summary>
    public double ArrivalsUntil(TimeSpan elapsed)
    {
        var seconds = Math.Max(0, elapsed.TotalSeconds);
        return First(seconds, static piece => piece.End) is { } piece
            ? piece.Before + piece.ArrivalsIn(seconds - piece.Start)
            : _arrivals + (_last * (seconds - _start));
    }

    /// <summary>The inverse of <see cref="ArrivalsUntil"/>: the first time at which more than that many have started; <see cref="TimeSpan.MaxValue"/>: never.</summary>
    public TimeSpan TimeOf(double arrivals)
    {
        if (First(arrivals + Grain, static piece => piece.Before + piece.Arrivals) is { } piece)
        {
            return At(piece.Start + piece.SecondsOf(Math.Max(0, arrivals - piece.Before)));
        }
        return _last > 0 ? At(_start + (Math.Max(0, arrivals - _arrivals) / _last)) : TimeSpan.MaxValue;
    }

    /// <summary>The first piece whose end, in seconds or in arrivals, lies behind a value; null: none does.</summary>
    private Piece? First(double value, Func<Piece, double> endOf)
    {
        var (low, high) = (0, _pieces.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = endOf(_pieces[middle]) > value ? (low, middle) : (middle + 1, high);
        }
        return low < _pieces.Length ? _pieces[low] : null;
    }

    private static TimeSpan At(double seconds) =>
        seconds * TimeSpan.TicksPerSecond < long.MaxValue ? TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)) : TimeSpan.MaxValue;

    private static void Steps(Builder pieces, LoadSpec load, TimeSpan every)
    {
        var (by, to) = (load.By?.Amount ?? 1, load.To?.Amount ?? 0);
        var from = load.From?.Amount ?? by;
        // Counted, never summed: the last level is the one that was asked for.
        var steps = (int)Math.Ceiling(((to - from) / by) - 1e-9);
        for (var step = 0; step <= steps; step++)
        {
            pieces.Start(step == steps ? to : from + (step * by));
            pieces.Hold(every);
        }
    }

    /// <summary>A straight line from one time to another, in seconds, behind <paramref name="Before"/> arrivals.</summary>
    private readonly record struct Piece(double Start, double End, double From, double To, double Before)
    {
        public double Arrivals => (From + To) / 2 * (End - Start);

        public double ArrivalsIn(double seconds) => (From * seconds) + ((To - From) / (End - Start) * seconds * seconds / 2);

        /// <summary>Solves <c>From s + slope s^2 / 2 = arrivals</c> in the form that does not cancel.</summary>
        public double SecondsOf(double arrivals)
        {
            if (arrivals <= 0 && From > 0)
            {
                return 0;
            }
            var slope = (To - From) / (End - Start);
            var divisor = From + Math.Sqrt(Math.Max(0, (From * From) + (2 * slope * arrivals)));
            return divisor > 0 ? Math.Min(End - Start, 2 * arrivals / divisor) : 0;
        }
    }

    private sealed class Builder
    {
        private readonly ImmutableArray<Piece>.Builder _pieces = ImmutableArray.CreateBuilder<Piece>();
        private double _at;
        private double _value;
        private double _before;

        /// <summary>Jumps to a value.</summary>
        public void Start(double value) => _value = value;

        public void Hold(TimeSpan duration) => To(_value, duration);

        public void To(double value, TimeSpan over)
        {
            if (over > TimeSpan.Zero)
            {
                var piece = new Piece(_at, _at + over.TotalSeconds, _value, value, _before);
                _pieces.Add(piece);
                (_at, _before) = (piece.End, _before + piece.Arrivals);
            }
            _value = value;
        }

        public LoadProfile Build() => new(_pieces.ToImmutable(), _value, hasLength: _pieces.Count > 0);
    }
}
