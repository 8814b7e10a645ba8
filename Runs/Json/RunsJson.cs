using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Load;

namespace ApeTest.Runs.Json;

/// <summary>JSON of everything that Runs writes or sends: snake case, every key present, times in UTC.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [typeof(UtcTimeConverter), typeof(OutcomeConverter)])]
[JsonSerializable(typeof(SnapshotBatch))]
[JsonSerializable(typeof(SnapshotBatch[]))]
[JsonSerializable(typeof(ImmutableArray<SlotProgress>[]))]
[JsonSerializable(typeof(ImmutableArray<RateStep>))]
[JsonSerializable(typeof(long[][]))]
[JsonSerializable(typeof(SessionRecord))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(TimePoint))]
[JsonSerializable(typeof(RunProgress))]
[JsonSerializable(typeof(RunListEntry))]
[JsonSerializable(typeof(RunListEntry[]))]
[JsonSerializable(typeof(StopRequest))]
[JsonSerializable(typeof(ScaleRequest))]
[JsonSerializable(typeof(ControlProblem))]
[JsonSerializable(typeof(ModelFinding))]
public sealed partial class RunsJson : JsonSerializerContext
{
    /// <summary>One line each, for files and the wire. Text is not escaped beyond what JSON asks for: these are no HTML pages.</summary>
    public static RunsJson Line => Forms.Line;

    /// <summary>Indented, for people.</summary>
    public static RunsJson Indented => Forms.Indented;

    // Apart, because the order of static initialisers over the parts of a partial class is not specified.
    private static class Forms
    {
        public static RunsJson Line { get; } = new(new JsonSerializerOptions(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });

        public static RunsJson Indented { get; } = new(new JsonSerializerOptions(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = true,
            NewLine = "\n",
        });
    }
}
