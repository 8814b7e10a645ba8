namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>The fields of journeys; see <see cref="ScenarioShape"/>.</summary>
internal static class JourneyShape
{
    public static ObjectShape Check { get; } = new(
        Scalar("status"), Map("json"), Map("header"), Scalar("text"), Scalar("regex"), Scalar("within"), Scalar("maxBytes"));

    public static ObjectShape Condition { get; } = new(Scalar("status"), Map("value"), Scalar("chance"));

    public static ObjectShape Part { get; } = new(Scalar("file"), Scalar("text"), Scalar("fileName"), Scalar("contentType"));

    public static ObjectShape Step { get; } = new(
        Scalar("name"),
        Scalar("get"), Scalar("post"), Scalar("put"), Scalar("patch"), Scalar("delete"), Scalar("head"), Scalar("options"), Scalar("request"),
        Map("query"), Map("headers"),
        new FieldShape("json", FieldKind.Any), Map("form"), new FieldShape("multipart", FieldKind.Any), Scalar("xml"), Scalar("text"),
        Scalar("graphql"), new FieldShape("variables", FieldKind.Any), Scalar("file"), Scalar("contentType"),
        Map("extract"), new FieldShape("check", FieldKind.ShortObject, Check),
        Scalar("think"), Scalar("timeout"), Scalar("redirects"), Scalar("retries"), Scalar("continue"),
        new FieldShape("if", FieldKind.Object, Condition), Steps("then"), Steps("else"),
        Scalar("repeat"), new FieldShape("while", FieldKind.Object, Condition), Scalar("max"),
        Scalar("group"), Steps("steps"));

    public static ObjectShape Journey { get; } = new(
        Scalar("name"), Scalar("weight"), Scalar("think"), Scalar("timeout"), StepList("setup"), StepList("teardown"), StepList("steps"),
        new FieldShape("success", FieldKind.ObjectList, ScenarioShape.Success), new FieldShape("failure", FieldKind.ObjectList, ScenarioShape.Success));

    public static FieldShape StepList(string name) => new(name, FieldKind.ObjectList, Step);

    private static FieldShape Scalar(string name) => new(name, FieldKind.Scalar);

    private static FieldShape Map(string name) => new(name, FieldKind.ScalarMap);

    private static FieldShape Steps(string name) => new(name, FieldKind.Steps);
}
