namespace ApeTest.Targets.Tools;

/// <summary>A page as <see cref="HtmlReader"/> reduces it.</summary>
internal sealed class HtmlPage
{
    public string Title { get; set; } = "";

    public string Text { get; set; } = "";

    public List<HtmlLink> Links { get; } = [];

    public List<HtmlForm> Forms { get; } = [];

    /// <summary>What was left out for its number or length.</summary>
    public bool IsCut { get; set; }
}

/// <summary>A link.</summary>
/// <param name="Text">Its text, or its label where it has none.</param>
/// <param name="Href">Where it leads: a path on the target, an absolute URL otherwise.</param>
internal sealed record HtmlLink(string Text, string Href);

/// <summary>A form.</summary>
/// <param name="Action">Where it is sent.</param>
/// <param name="Method"><c>GET</c> or <c>POST</c>.</param>
internal sealed record HtmlForm(string Action, string Method)
{
    public List<HtmlField> Fields { get; } = [];
}

/// <summary>A field of a form.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type: of an input, or <c>select</c>, <c>textarea</c>, <c>button</c>.</param>
internal sealed record HtmlField(string Name, string Type)
{
    /// <summary>Value that is sent if it is not changed; null for none, and always for a password.</summary>
    public string? Value { get; set; }

    public bool IsRequired { get; init; }

    /// <summary>Values of a select, or of radio buttons of one name.</summary>
    public List<string> Options { get; } = [];
}
