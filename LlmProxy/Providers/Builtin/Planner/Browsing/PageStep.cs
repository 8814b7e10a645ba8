namespace ApeTest.LlmProxy.Providers.Builtin.Planner.Browsing;

/// <summary>A part of an intent on pages.</summary>
internal sealed class PageStep(Intent intent, PagePart part)
{
    public Intent Intent { get; } = intent;

    public PagePart Part { get; } = part;

    public bool IsDone { get; set; }

    public int Moves { get; set; }

    public int Repeats { get; set; }

    public int Tries { get; set; }

    public bool HasSearched { get; set; }

    /// <summary>Whether what is being submitted only searches.</summary>
    public bool IsSearch { get; set; }

    public PageForm? Pending { get; set; }

    public HashSet<string> Submitted { get; } = new(StringComparer.Ordinal);
}

/// <summary>Which part of an intent a step is.</summary>
internal enum PagePart
{
    /// <summary>All of it, or putting a thing into the cart.</summary>
    Do,

    /// <summary>Ordering what is in the cart.</summary>
    CheckOut,
}
