using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Policy;

/// <summary>
/// Requests of a loop that were answered, counted here and told to the metrics once a second: told one by one they would cost as much as the policy.
/// Nothing is counted while nobody listens. Of the loop's thread.
/// </summary>
internal sealed class RawCounts(TargetMetrics? metrics, TimeProvider time)
{
    private readonly long[] _byClass = new long[6];
    private string _target = "";
    private long _published;

    /// <summary>Counts an exchange.</summary>
    public void Add(RawRoute route, RawExchange exchange)
    {
        if (metrics is not { IsEnabled: true })
        {
            return;
        }
        metrics.RecordTime(route.Target, exchange);
        if (exchange.ErrorType is not null)
        {
            metrics.Count(route.Target, exchange.Status, exchange.ErrorType, 1);
            return;
        }
        if (!ReferenceEquals(_target, route.Target) && _target != route.Target)
        {
            Publish();
            _target = route.Target;
        }
        _byClass[exchange.Status is >= 100 and < 600 ? exchange.Status / 100 : 0]++;
        if (time.GetElapsedTime(_published, exchange.Ended) > TimeSpan.FromSeconds(1))
        {
            Publish();
            _published = exchange.Ended;
        }
    }

    /// <summary>Tells the metrics what was counted since.</summary>
    public void Publish()
    {
        for (var i = 0; i < _byClass.Length; i++)
        {
            if (_byClass[i] > 0)
            {
                metrics?.Count(_target, i * 100, "", _byClass[i]);
                _byClass[i] = 0;
            }
        }
    }
}
