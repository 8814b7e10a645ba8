namespace ApeTest.Targets.OpenApi;

/// <summary>Where a parameter travels.</summary>
public enum ParameterPlace
{
    /// <summary>In the path.</summary>
    Path,

    /// <summary>In the query.</summary>
    Query,

    /// <summary>In a header.</summary>
    Header,

    /// <summary>In the <c>Cookie</c> header, beside the session's own cookies.</summary>
    Cookie,
}

/// <summary>One parameter.</summary>
/// <param name="Name">Name on the wire.</param>
/// <param name="Argument">Name among the tool's arguments; differs only where two parameters share a name, or a model could not write it.</param>
/// <param name="Place">Where it travels.</param>
/// <param name="Required">Whether it is required.</param>
/// <param name="Style">OpenAPI style: <c>simple</c>, <c>label</c>, <c>matrix</c>, <c>form</c>, <c>deepObject</c>, <c>pipeDelimited</c>, <c>spaceDelimited</c>, or <c>json</c> for a parameter with content.</param>
/// <param name="Explode">Whether arrays and objects become several parameters.</param>
public sealed record ParameterSpec(string Name, string Argument, ParameterPlace Place, bool Required, string Style, bool Explode);
