using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Runs.Summaries;

/// <summary>
/// One threshold, over the whole run or over its windows. The value is compared as measured and shown to six decimals. Where nothing was
/// measured the value is null, and the threshold fails as inconclusive.
/// </summary>
internal sealed class ThresholdJudge
{
    private readonly ThresholdSpec _threshold;
    private readonly ThresholdMetricReference? _metric;
    private double? _worst;
    private TimeSpan? _worstAt;
    private bool _broken;

    public ThresholdJudge(ThresholdSpec threshold)
    {
        _threshold = threshold;
        // The loader has checked the name; a plan from elsewhere that names another metric must not pass by it.
        _metric = ThresholdMetrics.TryParse(threshold.Metric, out var metric, out _) ? metric : null;
    }

    public ThresholdSpec Threshold => _threshold;

    public ThresholdMetricReference? Metric => _metric;

    /// <summary>A full window ended. The value in it when it breaks the threshold; null otherwise, as where the window has no samples.</summary>
    public double? Window(MetricsDelta window, long aborted, TimeSpan length, TimeSpan at)
    {
        if (Value(window, aborted, length) is not { } value)
        {
            return null;
        }
        if (_worst is not { } worst || Badness(value) > Badness(worst))
        {
            (_worst, _worstAt) = (value, at);
        }
        return Holds(value) ? null : value;
    }

    /// <summary>The value of the run so far when it breaks a threshold over the whole run, and what is to come cannot be waited for; null otherwise.</summary>
    public double? SoFar(MetricsDelta metrics, long aborted, TimeSpan duration) =>
        Value(metrics, aborted, duration) is { } value && !Holds(value) && !MayStillHold(value) ? value : null;

    /// <summary>The run was stopped for this threshold: what it recovers to while the last sessions finish is no pardon.</summary>
    public void Broke(double value, TimeSpan at)
    {
        _broken = true;
        (_worst, _worstAt) = (value, at);
    }

    /// <summary>The verdict.</summary>
    /// <param name="metrics">The whole run.</param>
    /// <param name="aborted">Its aborted sessions.</param>
    /// <param name="duration">How long it went on.</param>
    public ThresholdResult Result(MetricsDelta metrics, long aborted, TimeSpan duration)
    {
        var value = _broken || _threshold.Window is not null ? _worst : Value(metrics, aborted, duration);
        return new ThresholdResult(_threshold.Metric, _threshold.Text, value is { } v ? Math.Round(v, 6) : null,
            !_broken && value is { } actual && Holds(actual), _threshold.By, _threshold.Window?.TotalSeconds,
            _worstAt is { } at ? Math.Round(at.TotalSeconds, 3) : null);
    }

    private double? Value(MetricsDelta metrics, long aborted, TimeSpan duration) =>
        _metric is { } metric ? ThresholdValues.Of(metric, metrics, aborted, duration) : null;

    private bool Holds(double value) => _threshold.Operator switch
    {
        "<" => value < _threshold.Value,
        "<=" => value <= _threshold.Value,
        ">" => value > _threshold.Value,
        ">=" => value >= _threshold.Value,
        "==" => value == _threshold.Value,
        _ => false,
    };

    private double Badness(double value) => _threshold.Operator switch
    {
        "<" or "<=" => value,
        ">" or ">=" => -value,
        _ => Math.Abs(value - _threshold.Value),
    };

    // A sum grows: `sessions >= 100` is not broken because there are none yet.
    private bool MayStillHold(double value) =>
        _metric is { Metric.Unit: ThresholdUnit.Count or ThresholdUnit.Usd } && _threshold.Operator is ">" or ">=" or "==" && value < _threshold.Value;
}
