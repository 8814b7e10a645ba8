using System.Collections.Frozen;
using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Binding.Journeys;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>What a field holds.</summary>
internal enum FieldKind
{
    /// <summary>A text, number, boolean, duration.</summary>
    Scalar,

    /// <summary>An object with fields of its own.</summary>
    Object,

    /// <summary>A list of scalars.</summary>
    ScalarList,

    /// <summary>A list of objects.</summary>
    ObjectList,

    /// <summary>Free keys with scalar values.</summary>
    ScalarMap,

    /// <summary>Free keys with objects.</summary>
    ObjectMap,

    /// <summary>Rows of data: a list of free keys with scalar values.</summary>
    Rows,

    /// <summary>A condition, or a list of them, that stands in a condition.</summary>
    Conditions,

    /// <summary>A list of steps that stands in a step.</summary>
    Steps,

    /// <summary>An object with fields of its own, or a scalar that stands for it.</summary>
    ShortObject,

    /// <summary>Any value.</summary>
    Any,
}

/// <summary>One field.</summary>
internal sealed record FieldShape(string Name, FieldKind Kind, ObjectShape? Item = null);

/// <summary>The fields of an object.</summary>
internal sealed class ObjectShape(params ImmutableArray<FieldShape> fields)
{
    private readonly FrozenDictionary<string, FieldShape> _byName = fields.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    public ImmutableArray<FieldShape> Fields { get; } = fields;

    public FieldShape? this[string name] => _byName.GetValueOrDefault(name);

    /// <summary>By the spelling of an environment variable, which has no case.</summary>
    public FieldShape? FindIgnoringCase(string name) =>
        Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>
/// The fields of a scenario, once: the reader refuses what is not here, environment variables are matched against it, and a test holds
/// the JSON schema to it.
/// </summary>
internal static class ScenarioShape
{
    public static ObjectShape Success { get; } = new(
        Scalar("operation"), Scalar("read"), Scalar("as"), Scalar("status"),
        new FieldShape("capture", FieldKind.ScalarMap), new FieldShape("json", FieldKind.ScalarMap), new FieldShape("header", FieldKind.ScalarMap),
        Scalar("text"), Scalar("regex"),
        new FieldShape("captured", FieldKind.ScalarMap), new FieldShape("state", FieldKind.ScalarMap),
        new FieldShape("all", FieldKind.Conditions), new FieldShape("any", FieldKind.Conditions), new FieldShape("not", FieldKind.Conditions));

    public static ObjectShape Goal { get; } = new(
        Scalar("name"), Scalar("weight"), Scalar("goal"),
        new FieldShape("success", FieldKind.ObjectList, Success), new FieldShape("failure", FieldKind.ObjectList, Success));

    public static ObjectShape Persona { get; } = new(Scalar("name"), Scalar("prompt"), Scalar("think"), Scalar("patience"), Scalar("weight"));

    public static ObjectShape Feed { get; } = new(
        Scalar("csv"), Scalar("json"), Scalar("jsonl"), new FieldShape("rows", FieldKind.Rows), new FieldShape("generate", FieldKind.ScalarMap),
        Scalar("order"), Scalar("onEnd"));

    public static ObjectShape Target { get; } = new(
        Scalar("name"), Scalar("url"), Scalar("sample"), Scalar("openapi"), Scalar("graphql"), new FieldShape("hosts", FieldKind.ScalarList),
        new FieldShape("headers", FieldKind.ScalarMap), Scalar("timeout"), Scalar("insecure"),
        Scalar("connections"), Scalar("maxConnections"), Scalar("http"), Scalar("transport"), new FieldShape("sourceAddresses", FieldKind.ScalarList), Scalar("dnsTtl"), Scalar("proxy"));

    public static ObjectShape Stage { get; } = new(Scalar("to"), Scalar("over"));

    public static ObjectShape Load { get; } = new(
        Scalar("shape"), Scalar("rate"), Scalar("arrivals"), Scalar("from"), Scalar("to"), Scalar("by"), Scalar("every"), Scalar("over"),
        Scalar("base"), Scalar("peak"), Scalar("at"), Scalar("hold"), new FieldShape("stages", FieldKind.ObjectList, Stage),
        new FieldShape("until", FieldKind.ScalarMap), Scalar("precision"));

    public static ObjectShape Cassette { get; } = new(Scalar("file"), Scalar("mode"), Scalar("speed"));

    public static ObjectShape Planner { get; } = new(Scalar("ttft"), Scalar("tokensPerSecond"));

    public static ObjectShape Llm { get; } = new(
        Scalar("model"), new FieldShape("fallback", FieldKind.ScalarList), Scalar("baseUrl"),
        Scalar("maxCostUsd"), Scalar("maxTokens"), Scalar("maxRequests"), new FieldShape("cassette", FieldKind.Object, Cassette), new FieldShape("planner", FieldKind.Object, Planner),
        Scalar("maxCompletionTokens"), Scalar("temperature"), Scalar("timeout"));

    public static ObjectShape Session { get; } = new(Scalar("maxSteps"), Scalar("timeout"), Scalar("maxTokens"), Scalar("maxCostUsd"));

    public static ObjectShape Telemetry { get; } = new(Scalar("sample"));

    public static ObjectShape Root { get; } = new(
        Scalar("$schema"),
        Scalar("name"),
        new FieldShape("target", FieldKind.Object, Target),
        Scalar("agents"), Scalar("duration"), Scalar("iterations"), Scalar("seed"),
        new FieldShape("load", FieldKind.Object, Load),
        new FieldShape("llm", FieldKind.Object, Llm),
        new FieldShape("personas", FieldKind.ObjectList, Persona),
        new FieldShape("data", FieldKind.ObjectMap, Feed),
        new FieldShape("secrets", FieldKind.ScalarList),
        new FieldShape("goals", FieldKind.ObjectList, Goal),
        JourneyShape.StepList("setup"),
        JourneyShape.StepList("teardown"),
        new FieldShape("journeys", FieldKind.ObjectList, JourneyShape.Journey),
        new FieldShape("thresholds", FieldKind.ScalarMap),
        new FieldShape("session", FieldKind.Object, Session),
        new FieldShape("telemetry", FieldKind.Object, Telemetry),
        Scalar("gateway"), Scalar("gracefulStop"));

    private static FieldShape Scalar(string name) => new(name, FieldKind.Scalar);
}
