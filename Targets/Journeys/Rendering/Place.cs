namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>Where in a request a value stands, which says how it is escaped.</summary>
internal enum Place
{
    /// <summary>As it is: a plain text.</summary>
    Text,

    /// <summary>Part of a path's segment: only what RFC 3986 calls unreserved stays, so that a value adds neither a segment nor a query.</summary>
    Segment,

    /// <summary>Name or value in a query: as <see cref="Segment"/>, and it may be empty.</summary>
    Query,

    /// <summary>The beginning of a path, which is then a reference (RFC 3986, section 4.1): an absolute URL or a path, with its own <c>/</c> and <c>?</c>.</summary>
    Reference,

    /// <summary>A header's value.</summary>
    Header,

    /// <summary>Inside a text of JSON.</summary>
    JsonText,

    /// <summary>A whole value of JSON.</summary>
    Json,

    /// <summary>Name or value of a form (URL standard, section 5.2).</summary>
    Form,

    /// <summary>Text or attribute of XML.</summary>
    Xml,

    /// <summary>Content of a part of a multipart body.</summary>
    Part,

    /// <summary>Name of a part or file of a multipart body (HTML standard, section 4.10.21.8).</summary>
    PartName,
}
