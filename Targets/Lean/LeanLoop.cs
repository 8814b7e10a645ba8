using ApeTest.Scenarios.Model;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Lean;

/// <summary>What the agents of a run that live on one loop have in common. Of the loop's thread.</summary>
internal sealed class LeanLoop
{
    private const int MostAtOnce = 16;

    private readonly Dictionary<LeanServer, LeanPool>? _pools;
    private readonly int _most;
    private long _turn;
    private int _endedAtOnce;

    public LeanLoop(LeanTransports owner, TargetLoop loop)
    {
        (Owner, Loop) = (owner, loop);
        Counts = new RawCounts(owner.Policy.Metrics, loop.Time);
        Bodies = new BodyBudget(owner.Options.MaxKeptBytes);
        if (owner.Options.Connections == ConnectionUse.Shared)
        {
            _pools = [];
            // All parts together are the whole; where there are fewer connections than loops, the last loops have none and no agents.
            var (each, more) = Math.DivRem(owner.Options.MaxConnections, Math.Max(owner.Options.Loops, 1));
            _most = Math.Max(each + (loop.Index < more ? 1 : 0), 1);
        }
    }

    /// <summary>The run's transports.</summary>
    public LeanTransports Owner { get; }

    /// <summary>The loop.</summary>
    public TargetLoop Loop { get; }

    /// <summary>Counts of requests.</summary>
    public RawCounts Counts { get; }

    /// <summary>What bodies may take while they arrive.</summary>
    public BodyBudget Bodies { get; }

    /// <summary>Whether a request that failed before anything was waited for may tell its agent at once: so many in a turn, that others have theirs.</summary>
    public bool MayEndAtOnce()
    {
        if (_turn != Loop.Turn)
        {
            (_turn, _endedAtOnce) = (Loop.Turn, 0);
        }
        return _endedAtOnce++ < MostAtOnce;
    }

    /// <summary>The shared pool of a server; null where nothing is shared.</summary>
    public LeanPool? PoolOf(LeanServer server)
    {
        if (_pools is null)
        {
            return null;
        }
        if (!_pools.TryGetValue(server, out var pool))
        {
            pool = new LeanPool(Loop, _most);
            _pools[server] = pool;
        }
        return pool;
    }

    public void Dispose()
    {
        Counts.Publish();
        foreach (var pool in _pools?.Values.ToArray() ?? [])
        {
            pool.Close();
        }
    }
}
