namespace ApeTest.Targets.Tools.Pages;

/// <summary>A form.</summary>
/// <param name="Action">Where it is sent, as <see cref="HtmlLink.Href"/>; empty for nowhere that a request can go.</param>
/// <param name="Method"><c>GET</c>, <c>POST</c>, or <c>DIALOG</c>, which sends nothing.</param>
internal sealed record HtmlForm(string Action, string Method)
{
    /// <summary>Its <c>id</c> or <c>name</c>; null for none.</summary>
    public string? Id { get; init; }

    /// <summary>Its <c>enctype</c>; null for the usual one.</summary>
    public string? Encoding { get; init; }

    /// <summary>Whether required fields are not looked at (<c>novalidate</c>).</summary>
    public bool IsUnchecked { get; init; }

    /// <summary>Fields with a name, buttons included.</summary>
    public List<HtmlField> Fields { get; } = [];

    /// <summary>Buttons that send it, with a name or without, in the page's order. The first is the one that Enter presses.</summary>
    public List<HtmlButton> Buttons { get; } = [];
}

/// <summary>A field of a form. Check boxes of one name are a field each, radio buttons of one name are one field.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type: of an input, or <c>select</c>, <c>textarea</c>, <c>button</c>.</param>
internal sealed record HtmlField(string Name, string Type)
{
    /// <summary>Value that is sent if it is not changed; null for none, and always for a password.</summary>
    public string? Value { get; set; }

    public bool IsRequired { get; init; }

    /// <summary>Whether several values may be chosen.</summary>
    public bool IsMultiple { get; init; }

    /// <summary>Values of a select, of radio buttons of one name, or of a check box.</summary>
    public List<string> Options { get; } = [];

    /// <summary>Selected options of a select of several.</summary>
    public List<string> Selected { get; } = [];

    /// <summary>Whether a select without a selected option stays without one: it shows a list, or a placeholder that cannot be chosen.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Whether its value was too long to keep.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether it sends the form, and so is sent itself only where it is the one that was pressed.</summary>
    public bool IsButton => Type is "button" or "submit" or "reset" or "image";
}

/// <summary>A button that sends its form.</summary>
/// <param name="Name">Name; empty for none: it is not sent.</param>
/// <param name="Value">Value that is sent with it.</param>
internal sealed record HtmlButton(string Name, string Value)
{
    /// <summary>What stands on it.</summary>
    public string Text { get; set; } = "";

    /// <summary>Its own address, method and encoding in place of the form's; null for the form's.</summary>
    public string? Action { get; init; }

    public string? Method { get; init; }

    public string? Encoding { get; init; }

    public bool IsUnchecked { get; init; }
}
