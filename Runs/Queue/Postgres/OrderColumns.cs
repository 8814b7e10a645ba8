using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Scenarios.Load;
using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>A run's orders as columns: <c>stop, agents, rates</c> one after another.</summary>
internal static class OrderColumns
{
    public static StandingOrders Read(NpgsqlDataReader row, int first) => new()
    {
        Stop = (StopStage)row.GetInt16(first),
        Agents = row.IsDBNull(first + 1) ? null : row.GetInt32(first + 1),
        Rates = JsonSerializer.Deserialize(row.GetString(first + 2), RunsJson.Line.ImmutableArrayRateStep),
    };

    public static string Text(ImmutableArray<RateStep> rates) => JsonSerializer.Serialize(rates, RunsJson.Line.ImmutableArrayRateStep);
}
