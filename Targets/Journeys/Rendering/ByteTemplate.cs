using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>A text of a request as UTF-8 with places to fill in. Immutable; what is constant is one copy of bytes.</summary>
internal sealed class ByteTemplate(BytePart[] parts)
{
    /// <summary>Nothing.</summary>
    public static readonly ByteTemplate Empty = new([]);

    /// <summary>Whether nothing is filled in.</summary>
    public bool IsConstant => Array.TrueForAll(parts, static part => part.Literal is not null);

    /// <summary>Whether there is nothing at all.</summary>
    public bool IsEmpty => parts.Length == 0;

    /// <summary>Whether a value that is filled in is a secret; known when all of the plan is compiled.</summary>
    public bool HoldsSecret => Array.Exists(parts, static part => part.Slot is { IsSecret: true });

    /// <summary>The same of what stands behind the first part.</summary>
    public bool HoldsSecretBehind => parts.Skip(1).Any(static part => part.Slot is { IsSecret: true });

    /// <summary>Its parts, in order.</summary>
    public ReadOnlySpan<BytePart> Parts => parts;

    /// <summary>Writes the text; false with a value that is missing or cannot stand where it should.</summary>
    /// <param name="values">What the session knows.</param>
    /// <param name="to">Takes the bytes; after false it holds a part of them.</param>
    /// <param name="problem">What is wrong, with the value's name and without the value.</param>
    public bool TryRender(JourneyValues values, ByteBuffer to, out string? problem)
    {
        foreach (ref readonly var part in parts.AsSpan())
        {
            if (part.Literal is { } literal)
            {
                to.Write(literal);
                continue;
            }
            ReadOnlySpan<byte> value;
            if (part.Slot is not { } slot)
            {
                value = values.Draw(part.Generator!);
            }
            else if (!values.TryGet(slot, out value))
            {
                problem = $"'{slot.Name}' has no value yet: no step before this one has extracted it";
                return false;
            }
            if (Escapes.Write(part.Place, value, to) is { } wrong)
            {
                problem = $"'{part.Name}' {wrong} and cannot stand in {Words(part.Place)}";
                return false;
            }
        }
        problem = null;
        return true;
    }

    private static string Words(Place place) => place switch
    {
        Place.Segment => "a path",
        Place.Reference => "the place of a URL",
        Place.Header => "a header",
        Place.Json => "JSON without quotes",
        Place.Xml => "XML",
        Place.Part => "a part of the body",
        _ => "a request",
    };
}
