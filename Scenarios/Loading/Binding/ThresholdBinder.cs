using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds <c>thresholds</c> and adds the default ones.</summary>
internal static class ThresholdBinder
{
    private const string Example = "{ session_success: \">= 0.95\" }";

    public static ImmutableArray<ThresholdSpec> Bind(ObjectReader reader)
    {
        var (thresholds, resolved) = Read(reader, "thresholds", Example);
        AddDefault(ThresholdMetrics.SessionSuccess, ThresholdMetrics.DefaultSessionSuccess, thresholds, resolved);
        AddDefault(ThresholdMetrics.AgentErrorRate, ThresholdMetrics.DefaultAgentErrorRate, thresholds, resolved);
        return thresholds.ToImmutable();
    }

    /// <summary>The thresholds under a field, without default ones.</summary>
    public static ImmutableArray<ThresholdSpec> Entries(ObjectReader reader, string field, string example) => Read(reader, field, example).Thresholds.ToImmutable();

    private static (ImmutableArray<ThresholdSpec>.Builder Thresholds, ResolvedMapping Resolved) Read(ObjectReader reader, string field, string example)
    {
        var thresholds = ImmutableArray.CreateBuilder<ThresholdSpec>();
        var metrics = new HashSet<string>(StringComparer.Ordinal);
        var path = reader.PathOf(field);
        var entries = reader.Map(field, example, out var resolved);
        foreach (var (key, keyOrigin, node) in entries)
        {
            var thresholdPath = FieldPath.Append(path, key);
            if (!ThresholdMetrics.TryParse(key, out var metric, out var error))
            {
                reader.Context.Errors.Add(keyOrigin, thresholdPath, error.Message!, error.Suggestion);
                continue;
            }
            if (node.IsNull)
            {
                continue;
            }
            if (!reader.TryRead(node, thresholdPath, Rules.Text("\">= 0.95\"", 100), out var text))
            {
                continue;
            }
            var by = node.Origin.Kind is OriginKind.CommandLine ? "cli" : "scenario";
            if (!ThresholdExpression.TryParseCondition(metric, text, by, out var threshold, out error))
            {
                reader.Context.Errors.Add(node.Origin, thresholdPath, error.Message!, error.Suggestion);
                continue;
            }
            if (!metrics.Add(threshold.Metric))
            {
                reader.Context.Errors.Add(keyOrigin, thresholdPath, $"`{threshold.Metric}` is given twice", "Keep one of the two.");
                continue;
            }
            thresholds.Add(threshold);
            resolved.Add(threshold.Metric, new ResolvedScalar(threshold.Text, true, node.Origin.Label));
        }
        return (thresholds, resolved);
    }

    private static void AddDefault(string name, string condition, ImmutableArray<ThresholdSpec>.Builder thresholds, ResolvedMapping resolved)
    {
        if (thresholds.All(t => t.Metric != name))
        {
            thresholds.Add(ThresholdExpression.Parse($"{name} {condition}", "default"));
            resolved.Add(name, new ResolvedScalar(condition, true, Origin.Default.Label));
        }
    }
}
