namespace ApeTest.Targets.Sessions.Cookies;

/// <summary>A cookie in a jar (RFC 6265, section 5.3).</summary>
internal sealed class StoredCookie(string name, string domain, string path, bool isHostOnly, bool isSecure, bool isHttpOnly)
{
    /// <summary>Expiry of a cookie that lives as long as its session.</summary>
    public const long Never = long.MaxValue;

    public string Name { get; } = name;

    public required string Value { get; init; }

    /// <summary>Host or domain, lower case.</summary>
    public string Domain { get; } = domain;

    public string Path { get; } = path;

    /// <summary>When it is no more, in ticks of UTC; <see cref="Never"/> for none.</summary>
    public required long Expires { get; init; }

    /// <summary>Count of the jar's uses when it was last sent or set.</summary>
    public required uint Used { get; set; }

    /// <summary>Whether it goes to its host alone, not to those below it.</summary>
    public bool IsHostOnly { get; } = isHostOnly;

    public bool IsSecure { get; } = isSecure;

    /// <summary>Whether a page's script may not read it, as one that copies a value against forgery into a header does.</summary>
    public bool IsHttpOnly { get; } = isHttpOnly;

    /// <summary>Whether it takes the other's place (step 11).</summary>
    public bool Replaces(StoredCookie other) => Name == other.Name && Domain == other.Domain && Path == other.Path;
}
