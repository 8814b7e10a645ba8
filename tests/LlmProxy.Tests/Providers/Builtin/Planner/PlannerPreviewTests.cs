using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Providers.Builtin.Planner;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

public sealed class PlannerPreviewTests
{
    private const string Tools = """
        ,"tools":[{"type":"function","function":{"name":"http_get","description":"GET any path","parameters":{"type":"object"}}},
                  {"type":"function","function":{"name":"finish","description":"Ends","parameters":{"type":"object"}}}]
        """;

    [Fact]
    public void Next_AGoalThatNamesAPath_IsTheCallForIt()
    {
        var next = PlannerPreview.Next(Encoding.UTF8.GetBytes($$"""{"messages":[{"role":"user","content":"Open /visit."}]{{Tools}}}"""), TimeProvider.System);

        Assert.Equal("http_get", next?.Tool);
        using var arguments = JsonDocument.Parse(next!.Value.Arguments);
        Assert.Equal("/visit", arguments.RootElement.GetProperty("path").GetString());
    }

    [Fact]
    public void Next_WithoutTools_IsNone() =>
        Assert.Null(PlannerPreview.Next("""{"messages":[{"role":"user","content":"Open /visit."}]}"""u8.ToArray(), TimeProvider.System));
}
