using System.Collections.Immutable;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Planning;

/// <summary>A validated, immutable run: everything a worker needs to run its blocks without asking anyone. Serialisable as JSON.</summary>
public sealed record RunPlan
{
    /// <summary>Most slots in one block.</summary>
    public const int BlockSize = 50;

    /// <summary>Run id, for example <c>20261121-131502-7f3a</c>.</summary>
    public required string Run { get; init; }

    /// <summary>The resolved scenario.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public required long Seed { get; init; }

    /// <summary>The target's OpenAPI document (JSON or YAML) as fetched before the run; null where there is none.</summary>
    public string? OpenApiDocument { get; init; }

    /// <summary>What the target's GraphQL endpoint answered to the introspection query before the run; null where there is none, or it does not tell.</summary>
    public string? GraphQlSchema { get; init; }

    /// <summary>What the scenario's <c>setup</c> has extracted, by name: known in all sessions of journeys. Secrets may be among it. Default none.</summary>
    public ImmutableSortedDictionary<string, string> Shared { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary><c>declared</c> or <c>derived</c>.</summary>
    public required string Oracle { get; init; }

    /// <summary>SHA-256 (hex) of the plan without run id and seed.</summary>
    public required string PlanSha256 { get; init; }

    /// <summary>SHA-256 (hex) of the data feeds; null without feeds.</summary>
    public string? DataSha256 { get; init; }

    /// <summary>Number of slots (agents).</summary>
    public int Slots => Scenario.Agents;

    /// <summary>Workers that each shall have a block, however few agents there are. Default 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Number of blocks.</summary>
    public int BlockCount => Math.Max((Slots + BlockSize - 1) / BlockSize, Math.Min(Workers, Slots));

    /// <summary>The blocks: contiguous slots, as many as fit <see cref="BlockSize"/>, of one size give or take one: arrivals come to all alike.</summary>
    public ImmutableArray<RunBlock> Blocks()
    {
        var blocks = ImmutableArray.CreateBuilder<RunBlock>(BlockCount);
        for (var (index, first) = (0, 0); index < BlockCount; index++)
        {
            var count = (Slots / BlockCount) + (index < Slots % BlockCount ? 1 : 0);
            blocks.Add(new RunBlock(index, first, count));
            first += count;
        }
        return blocks.MoveToImmutable();
    }

    /// <summary>
    /// Closed model: sessions that <paramref name="slot"/> (from 0) may start; null where iterations are unlimited. The iterations are split statically
    /// over the slots, the first slots taking the remainder, so that workers need no common counter.
    /// </summary>
    public int? IterationsOf(int slot) =>
        Scenario.Iterations is { } iterations ? (iterations / Slots) + (slot < iterations % Slots ? 1 : 0) : null;
}

/// <summary>A block of agent slots, leased to one worker at a time.</summary>
/// <param name="Index">Block number from 0.</param>
/// <param name="FirstSlot">First slot (0-based).</param>
/// <param name="Count">Number of slots.</param>
public readonly record struct RunBlock(int Index, int FirstSlot, int Count);
