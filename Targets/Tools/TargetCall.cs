namespace ApeTest.Targets.Tools;

/// <summary>A request as a tool wants it made, before the session's credentials are added.</summary>
internal sealed record TargetCall(HttpMethod Method, Uri Url)
{
    /// <summary>Tool name; null for a read of an oracle.</summary>
    public string? Operation { get; init; }

    public List<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Cookies of the call's own; the session's of the same name give way.</summary>
    public List<KeyValuePair<string, string>> Cookies { get; init; } = [];

    public ReadOnlyMemory<byte> Body { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Whether the session's bearer token is shown, where it has one.</summary>
    public bool ShowToken { get; init; }

    /// <summary>Header that shows the session's token as it is, where the operation asks for that; null for none.</summary>
    public string? TokenHeader { get; init; }

    /// <summary>Whether the session's value against forgery is carried in a header, where the method changes something. Default true; a form has it in a field.</summary>
    public bool CarryCsrf { get; init; } = true;

    /// <summary>Header that the operation declares for it; null: the usual one.</summary>
    public string? CsrfHeader { get; init; }

    /// <summary>What the call holds already that no argument gave: name -> where from; null for nothing.</summary>
    public Dictionary<string, string>? Carried { get; init; }

    public bool Destructive { get; init; }
}
