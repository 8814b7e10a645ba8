namespace ApeTest.Targets.OpenApi;

/// <summary>Path templates: <c>/orders/{id}/lines</c>.</summary>
internal static class PathTemplate
{
    /// <summary>Names in the template, in order.</summary>
    public static IEnumerable<string> Names(string template)
    {
        for (var open = template.IndexOf('{'); open >= 0; open = template.IndexOf('{', open + 1))
        {
            var close = template.IndexOf('}', open);
            if (close < 0)
            {
                yield break;
            }
            yield return template[(open + 1)..close];
        }
    }
}
